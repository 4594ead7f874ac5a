/** What is shown when there is nothing to see: a padlock, 160 × 160, grey. */

const BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAKAAAACgBAAAAABrVNXwAAABEUlEQVR42u3YQQoDIQyF4RxutnMeV96y4Kp36aJQylRN4gTbsX+W' +
  'gfnIE4VRuQeXAAICAgICAgICAgIuAuZIsKRnRYHpVTkETMkjissziGJdv2RcR3F6qiiuwIbQ4h1QG1G8A2ojimNHm/a3WAY8+Pks' +
  'eJx4HPz8Xs8sngEtI+pg1lp2sFTyFS2zCuba1INg9duiZJ4OZmPXApY2mMZBcxvwmmDqgBkQcBK4dWr3g7etX15Q85qiDOTtpp4F' +
  '6olbmS8LGrzGIgICvtUtFtwbvWGwdnrOgHu7OQZWD/jS4N7tsobf2YfhJyX+LAMCAq4B8ve1IviHN6nfv97G3+jD3xziX0VGCxAQ' +
  'EBAQEBAQcCb4ADlPMYNw4FbYAAAAAElFTkSuQmCC';

/** The default picture, a PNG of 330 bytes; a fresh copy. */
export function defaultPicture(): Uint8Array {
  return new Uint8Array(Buffer.from(BASE64, 'base64'));
}
