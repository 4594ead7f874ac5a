import type { ClientRecord } from '@p2pimg/directory';
import { parseImageId } from '@p2pimg/wire';
import { Refusal } from '../errors.ts';
import { ask, type Context, type Procedure } from './procedure.ts';

/**
 * The registered client behind the session. Asked anew for each request: keys can be replaced at any time.
 * @throws Refusal not_registered
 */
export function* askerOf(context: Context): Procedure<ClientRecord> {
  const client = yield* ask('clientByKey', { boxKey: context.clientKey });
  if (client === undefined) throw new Refusal('not_registered', 'this key belongs to no registered client');
  return client;
}

/** @throws Refusal not_owner */
export function requireOwner(client: Pick<ClientRecord, 'clientId'>, imageId: string): void {
  if (parseImageId(imageId).clientId !== client.clientId) {
    throw new Refusal('not_owner', 'the image id names another client as the owner');
  }
}

/** For how long a client that was found may be taken for registered where nothing depends on it, or the directory looks again. */
const RECENT_MS = 1_000;

/**
 * As {@link askerOf}, for work without any effect in the directory, and for calls that name the key: who has asked a moment ago is not
 * looked up again. A key that was replaced meanwhile gets nothing by it but the server's time.
 * @throws Refusal not_registered
 */
export function* recentAskerOf(context: Context): Procedure<Pick<ClientRecord, 'clientId'>> {
  const { wallMs, recent } = context;
  if (recent.clientId !== undefined && Math.abs(wallMs - recent.askedAt) < RECENT_MS)
    return { clientId: recent.clientId };
  const { clientId } = yield* askerOf(context);
  recent.clientId = clientId;
  recent.askedAt = wallMs;
  return { clientId };
}
