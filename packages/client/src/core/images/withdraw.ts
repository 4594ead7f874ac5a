import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import { put } from '../records.ts';
import { remember } from '../remember.ts';
import { ownImage } from '../sharing/grants.ts';

/** Takes an own picture out of the directory. Who holds it keeps the rights that were given. */
export function* withdraw(context: Context, cloud: Cloud, imageId: string): Flow<undefined> {
  ownImage(context, imageId);
  return yield* context.locks.hold(`own ${imageId}`, function* () {
    const own = ownImage(context, imageId);
    try {
      yield* cloud.ask('unpublish', { imageId });
    } catch (error) {
      // What the directory does not know need not be taken out of it.
      if (!(error instanceof CloudRefusedError && error.reason === 'not_found')) throw error;
    }
    const history = remember(context, { what: 'withdrawn', imageId, peer: undefined, views: undefined });
    yield* context.commit(put('own', imageId, { ...own, state: 'withdrawn' }), ...history);
    return undefined;
  });
}
