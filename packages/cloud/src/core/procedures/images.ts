import { fromHex, UPLOAD_KEY_BYTES } from '@p2pimg/wire';
import type { BytesHandle } from '../effects.ts';
import { askerOf, recentAskerOf, requireOwner } from './asker.ts';
import { mutate } from './claim.ts';
import { type Procedures, work } from './procedure.ts';

/**
 * Hides a picture in a cover (SPEC S3): up on a worker port, through a worker thread, back on the same port. It has no effect
 * in the directory and gives the same picture every time, so that it may be repeated or done twice. The content key comes with the
 * picture: no server but this one learns it, and here only the thread that uses it looks at it.
 */
export const encode: Procedures['encode'] = function* (context, { body }) {
  requireOwner(yield* recentAskerOf(context), body.imageId);
  yield { kind: 'worker', bytes: body.bytes };
  yield { kind: 'lane' };
  const upload = (yield { kind: 'upload', bytes: UPLOAD_KEY_BYTES + body.bytes }) as BytesHandle;
  const { digest, mime, cover } = body;
  const stego = yield* work({ kind: 'encode', upload, digest, mime, cover });
  yield { kind: 'result', bytes: stego.picture };
  return { imageId: body.imageId, digest: stego.digest, bytes: stego.picture.byteLength };
};

/** Makes images known, once the client has extracted each and compared. That the session's key is the owner's is looked at where they are written. */
export const publish: Procedures['publish'] = function* (context, request) {
  const owner = yield* recentAskerOf(context);
  const images = request.body.images.map(({ imageId, digest }) => {
    requireOwner(owner, imageId);
    return { imageId, digest: fromHex(digest) };
  });
  const { clientId } = owner;
  return yield* mutate(context, request, 'addResources', { clientId, boxKey: context.clientKey, images });
};

export const unpublish: Procedures['unpublish'] = function* (context, request) {
  const { imageId } = request.body;
  const owner = yield* askerOf(context);
  requireOwner(owner, imageId);
  return yield* mutate(context, request, 'removeResource', { clientId: owner.clientId, imageId });
};
