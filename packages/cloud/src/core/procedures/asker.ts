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
export function requireOwner(client: ClientRecord, imageId: string): void {
  if (parseImageId(imageId).clientId !== client.clientId) {
    throw new Refusal('not_owner', 'the image id names another client as the owner');
  }
}
