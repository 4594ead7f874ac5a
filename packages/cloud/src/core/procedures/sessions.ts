import { toHex } from '@p2pimg/wire';
import { askerOf } from './asker.ts';
import { mutate } from './claim.ts';
import { pendingBody } from './pending.ts';
import { ask, type Procedures } from './procedure.ts';

/** What waits for a client is delivered with its sign-in, this much at once; `grants` reads on. */
const PENDING_AT_SIGN_IN = 50;

/** Online, with everything that came while the client was away (SPEC D2, U2). */
export const signIn: Procedures['sign_in'] = function* (context, request) {
  const { counter, host, port, visibility } = request.body;
  const { leaseMs } = context.config;
  const { clientId } = yield* askerOf(context);
  const address = { host: host ?? context.address.host, port };
  yield* mutate(context, request, 'signIn', { clientId, counter, address, visibility, leaseMs });
  const { generation } = yield* ask('info', {});
  const pending = yield* ask('pending', { clientId, limit: PENDING_AT_SIGN_IN });
  return { clientId, leaseMs, generation: toHex(generation), address, pending: pendingBody(pending) };
};

export const renew: Procedures['renew'] = function* (context, request) {
  const { leaseMs } = context.config;
  const { clientId } = yield* askerOf(context);
  const { renewed } = yield* ask('renewLease', { clientId, counter: request.body.counter, leaseMs });
  return { renewed, leaseMs: renewed ? leaseMs : 0 };
};

export const shutdown: Procedures['shutdown'] = function* (context, request) {
  const { clientId } = yield* askerOf(context);
  return yield* mutate(context, request, 'shutdown', { clientId, counter: request.body.counter });
};
