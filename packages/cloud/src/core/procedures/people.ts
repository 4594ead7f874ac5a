import type { ClientRecord } from '@p2pimg/directory';
import { fromHex, type ListedUser, toHex } from '@p2pimg/wire';
import { Refusal } from '../errors.ts';
import { mayAdvertise } from './address.ts';
import { askerOf } from './asker.ts';
import { ask, type Context, type Procedure, type Procedures } from './procedure.ts';

/** Who is up, where, and with which images, in pages (SPEC D2). */
export const activeUsers: Procedures['active_users'] = function* (context, { body }) {
  const { clientId } = yield* askerOf(context);
  const { items, next } = yield* ask('listOnline', {
    askerId: clientId,
    ...(body.after === undefined ? {} : { after: body.after }),
    limit: body.limit,
    imagesPerClient: context.config.limits.imagesPerClient,
  });
  const users = items
    .filter(({ address }) => mayAdvertise(address.host, context.address.host))
    .map(({ signKey, boxKey, ...user }): ListedUser => ({ ...user, signKey: toHex(signKey), boxKey: toHex(boxKey) }));
  return next === undefined ? { users } : { users, next };
};

/** Further images of one client. A client that does not show itself to the asker has none. */
export const listImages: Procedures['list_images'] = function* (context, { body }) {
  const { clientId: askerId } = yield* askerOf(context);
  const owner = yield* knownClient({ clientId: body.clientId });
  const { items, more } = yield* ask('listImages', {
    askerId,
    ownerId: owner.clientId,
    ...(body.afterImageId === undefined ? {} : { afterImageId: body.afterImageId }),
    limit: body.limit,
  });
  return { images: items, more };
};

/**
 * Keys of one client, by its number or by the key of its sessions; its address, if it shows itself to the asker. Who is not registered learns
 * the keys of a number only: a client whose keys were stolen and replaced must know which ones its recovery key replaces in turn.
 */
export const lookup: Procedures['lookup'] = function* (context, { body }) {
  const asker = 'clientId' in body ? yield* ask('clientByKey', { boxKey: context.clientKey }) : yield* askerOf(context);
  const client = yield* knownClient(body, asker?.clientId);
  const address = asker === undefined ? undefined : advertised(context, client);
  return {
    clientId: client.clientId,
    online: address !== undefined,
    ...(address === undefined ? {} : { address }),
    signKey: toHex(client.signKey),
    boxKey: toHex(client.boxKey),
  };
};

/**
 * With `askerId`: as that client may see it.
 * @throws Refusal unknown_client
 */
export function* knownClient(
  by: { readonly clientId: number } | { readonly boxKey: string },
  askerId?: number,
): Procedure<ClientRecord> {
  const asker = askerId === undefined ? {} : { askerId };
  const client =
    'clientId' in by
      ? yield* ask('clientById', { clientId: by.clientId, ...asker })
      : yield* ask('clientByKey', { boxKey: fromHex(by.boxKey), ...asker });
  if (client === undefined) throw new Refusal('unknown_client', 'there is no such client');
  return client;
}

function advertised(context: Context, { online, address }: ClientRecord): ClientRecord['address'] {
  if (!online || address === undefined) return undefined;
  return mayAdvertise(address.host, context.address.host) ? address : undefined;
}
