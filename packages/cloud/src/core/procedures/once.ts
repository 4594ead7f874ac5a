import type { ClaimedMethod, DirectoryAnswer } from '@p2pimg/directory';
import type { AckBodies, AnyRequest, Request, RequestType } from '@p2pimg/wire';
import { Refusal } from '../errors.ts';
import { claimOf } from './claim.ts';
import { ask, type Context, type Procedure } from './procedure.ts';

/** Refusals for keys that may have been replaced since the request was made. */
const ABOUT_KEYS: ReadonlySet<string> = new Set(['not_registered', 'bad_grant']);

type Serve<T extends RequestType> = (context: Context, request: Request<T>) => Procedure<AckBodies[T]>;
type Answer<T extends RequestType, M extends ClaimedMethod> = (
  value: DirectoryAnswer<M>['value'],
  context: Context,
  request: Request<T>,
) => Procedure<AckBodies[T]>;

/**
 * Answers a request that comes again after a key rotation as it was answered before. Its claim tells that it was made in time by
 * whoever has the session's key, and what it came to; the keys of today do not matter to what has been done.
 *
 * @param method the directory's mutation that the request claims
 * @param answer what the acknowledgement carries; the stored outcome itself when left out
 */
export function doneOnce<T extends RequestType, M extends ClaimedMethod>(
  method: M,
  serve: Serve<T>,
  answer?: Answer<T, M>,
): Serve<T> {
  return function* (context, request) {
    try {
      return yield* serve(context, request);
    } catch (error) {
      if (!(error instanceof Refusal && ABOUT_KEYS.has(error.code))) throw error;
      const claim = claimOf(context, request as unknown as AnyRequest);
      const before = yield* ask('claimOutcome', { claim, method });
      if (before === undefined) throw error;
      const value = before.value as DirectoryAnswer<M>['value'];
      return answer === undefined ? (value as AckBodies[T]) : yield* answer(value, context, request);
    }
  };
}
