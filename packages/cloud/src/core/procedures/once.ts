import type { ClaimedMethod, DirectoryAnswer } from '@p2pimg/directory';
import type { AckBodies, Request, RequestType } from '@p2pimg/wire';
import { ClaimedRefusal, NotNow, Refusal } from '../errors.ts';
import type { RateLimit } from '../rate-limit.ts';
import { MAX_FAILURE_MESSAGE } from '../runs/acks.ts';
import { networkOf } from './address.ts';
import { claimOf } from './claim.ts';
import { ask, type Context, type Procedure } from './procedure.ts';

/** Who is refused with these may be anybody: the rows that it makes are bounded for each address. */
const OF_STRANGERS: ReadonlySet<string> = new Set(['not_registered', 'bad_rotation', 'key_mismatch']);

type Serve<T extends RequestType> = (context: Context, request: Request<T>) => Procedure<AckBodies[T]>;
type Answer<T extends RequestType, M extends ClaimedMethod> = (
  value: DirectoryAnswer<M>['value'],
  context: Context,
  request: Request<T>,
  refusal: Refusal,
) => Procedure<AckBodies[T]>;

/** Binds procedures to the claims of their mutations. */
export class Once {
  readonly #strangers: RateLimit;

  /** @param strangers how many refusals of people who are not registered are kept, by address */
  constructor(strangers: RateLimit) {
    this.#strangers = strangers;
  }

  /**
   * Answers a request the same way whichever server is asked, and whenever. What a procedure refuses before it has claimed its mutation
   * depends on what it read: keys, grants, the time. So the refusal is claimed, too; and when the mutation was made before, as under keys
   * that have been replaced since, it is answered as it was: the claim tells that it was asked in time by whoever has the session's key.
   *
   * @param method the directory's mutation that the request claims
   * @param answer what the acknowledgement of one that was made before carries; the stored outcome itself when left out
   */
  answered<T extends RequestType, M extends ClaimedMethod>(
    method: M,
    serve: Serve<T>,
    answer?: Answer<T, M>,
  ): Serve<T> {
    const strangers = this.#strangers;
    return function* (context, request) {
      try {
        return yield* serve(context, request);
      } catch (error) {
        if (!(error instanceof Refusal) || error instanceof ClaimedRefusal) throw error;
        if (OF_STRANGERS.has(error.code)) takeFrom(strangers, context);
        const { code } = error;
        const message = error.message.slice(0, MAX_FAILURE_MESSAGE);
        const claim = claimOf(context, request);
        const before = yield* ask('refuse', { claim, method, refusal: { code, message } });
        const value = before.value as DirectoryAnswer<M>['value'];
        return answer === undefined ? (value as AckBodies[T]) : yield* answer(value, context, request, error);
      }
    };
  }
}

/** @throws NotNow rate_limited */
function takeFrom(strangers: RateLimit, { address, wallMs }: Context): void {
  const wait = strangers.take(networkOf(address.host), wallMs);
  if (wait > 0) throw new NotNow('rate_limited', 'too many refusals for people who are not registered', wait);
}
