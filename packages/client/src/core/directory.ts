import type { ActiveUser } from './calls.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { Flow } from './flow/flows.ts';

const PAGE = 100;
/** Pages read of one list: past it the list is cut, so that no server can keep a client reading for ever. */
const MAX_PAGES = 1_000;

/** Everybody who is online, with all their images, read page by page. @throws CloudUnreachableError, CloudRefusedError */
export function* activeUsers(cloud: Cloud): Flow<readonly ActiveUser[]> {
  const users: ActiveUser[] = [];
  let after: number | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = yield* cloud.ask('active_users', { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { clientId, address, signKey, boxKey, images, moreImages } of answer.users) {
      const all = moreImages ? [...images, ...(yield* furtherImages(cloud, clientId, images.at(-1)))] : images;
      users.push({ clientId, address, signKey, boxKey, images: all });
    }
    after = answer.next;
    if (after === undefined) break;
  }
  return users;
}

function* furtherImages(cloud: Cloud, clientId: number, after: string | undefined): Flow<readonly string[]> {
  const images: string[] = [];
  let last = after;
  for (let page = 0; page < MAX_PAGES; page++) {
    const body = { clientId, limit: PAGE, ...(last === undefined ? {} : { afterImageId: last }) };
    const answer = yield* cloud.ask('list_images', body);
    images.push(...answer.images);
    last = answer.images.at(-1) ?? last;
    if (!answer.more || answer.images.length === 0) break;
  }
  return images;
}
