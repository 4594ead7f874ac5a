import { imageId as makeImageId } from '@p2pimg/wire';
import { stegoDigest } from '../servers/jobs.ts';
import { type Desk, type Draft, draft } from './draft.ts';
import { type Picture, randomHex } from './society.ts';

/** The picture has no effect in the directory until it is published, in a request of its own. */
export function encode({ person, clientId, random }: Desk): Draft {
  const imageId = makeImageId(clientId, `picture ${random.next32()}`);
  const digest = randomHex(random, 32);
  const contentKey = randomHex(random, 32);
  const expected = stegoDigest(digest, contentKey, undefined);
  return draft(
    'encode',
    { imageId, bytes: 1_000 + random.below(9_000), digest, mime: 'image/png' },
    {
      contentKey,
      succeeded: (body) => {
        if (body.digest !== expected) return 'another picture came out';
        person.pictures.push({ imageId, digest: expected, state: 'encoded' });
        return undefined;
      },
    },
  );
}

export function publish({ person }: Desk): Draft | undefined {
  const pictures = person.pictures.filter(({ state }) => state === 'encoded').slice(0, 3);
  if (pictures.length === 0) return undefined;
  const becomes = (state: Picture['state']): undefined => {
    for (const picture of pictures) picture.state = state;
    return undefined;
  };
  becomes('publishing');
  const images = pictures.map(({ imageId, digest }) => ({ imageId, digest }));
  const effect = `publish ${images.map(({ imageId, digest }) => `${imageId} ${digest}`).join(', ')}`;
  return draft('publish', { images }, { effect, succeeded: () => becomes('published') });
}

export function unpublish({ person, random }: Desk): Draft | undefined {
  const published = person.pictures.filter(({ state }) => state === 'published');
  if (published.length === 0) return undefined;
  const picture = random.pick(published);
  picture.state = 'withdrawing';
  return draft(
    'unpublish',
    { imageId: picture.imageId },
    {
      effect: `unpublish ${picture.imageId}`,
      succeeded: () => {
        picture.state = 'withdrawn';
        return undefined;
      },
    },
  );
}

/** Reads what somebody has: what was answered before is seen on every server. */
export function listImages({ society, random }: Desk): Draft | undefined {
  const owner = random.pick(society.people);
  if (owner.clientId === undefined) return undefined;
  return draft('list_images', { clientId: owner.clientId, limit: 200 }, { succeeded: expectImages(owner.pictures) });
}

/** What a list of these pictures, asked for now, has to show. */
export function expectImages(
  pictures: readonly Picture[],
): (body: { readonly images: readonly string[] }) => string | undefined {
  const present = pictures.filter(({ state }) => state === 'published');
  const absent = pictures.filter(({ state }) => state === 'withdrawn');
  return ({ images }) => {
    const lost = present.find(({ state, imageId }) => state === 'published' && !images.includes(imageId));
    if (lost !== undefined) return `${lost.imageId} is published and is not listed`;
    const back = absent.find(({ imageId }) => images.includes(imageId));
    return back === undefined ? undefined : `${back.imageId} was withdrawn and is listed`;
  };
}
