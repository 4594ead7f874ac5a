import type { Pending } from '@p2pimg/directory';
import { type PendingBody, toBase64Url, toHex } from '@p2pimg/wire';

/** What waits for a client, as it travels. */
export function pendingBody({ grants, notices, more }: Pending): PendingBody {
  return {
    grants: grants.map(({ imageId, ownerId, version, used, grant }) => {
      return { imageId, ownerId, version, used, grant: toBase64Url(grant) };
    }),
    notices: notices.map(({ noticeId, fromId, kind, imageId }) => {
      return { noticeId: toHex(noticeId), from: fromId, kind, imageId };
    }),
    more,
  };
}
