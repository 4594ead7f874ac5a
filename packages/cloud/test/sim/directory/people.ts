import type { ClientRecord, Directory, DirectoryAnswer, OnlineClient } from '@p2pimg/directory';
import { equalBytes, toHex } from '@p2pimg/wire';
import { Refused } from './claims.ts';
import type { EffectLog } from './effect-log.ts';
import { imagesOf } from './pictures.ts';
import { type ClientRow, isShown, type Tables } from './tables.ts';

type Call<M extends keyof Directory> = Parameters<Directory[M]>[0];

export function register(tables: Tables, log: EffectLog, { signKey, boxKey, recoveryKey }: Call<'register'>): object {
  const key = toHex(boxKey);
  const known = tables.clientsByKey.get(key);
  if (known !== undefined) return { clientId: known.clientId };
  const clientId = tables.clients.size + 1;
  const row: ClientRow = {
    clientId,
    signKey,
    boxKey,
    recoveryKey,
    counter: 0,
    online: false,
    leaseUntil: 0,
    address: undefined,
    visibility: 'everyone',
  };
  tables.clients.set(clientId, row);
  tables.clientsByKey.set(key, row);
  log.note(`register ${key}`);
  return { clientId };
}

export function rotateKeys(tables: Tables, log: EffectLog, call: Call<'rotateKeys'>): object {
  const { clientId, currentSignKey, signKey, boxKey } = call;
  const row = clientOf(tables, clientId);
  const key = toHex(boxKey);
  if (equalBytes(row.signKey, signKey) && equalBytes(row.boxKey, boxKey)) return { clientId };
  if (!equalBytes(row.signKey, currentSignKey)) throw new Refused('keys_changed');
  const taken = tables.clientsByKey.get(key);
  if (taken !== undefined && taken !== row) throw new Refused('key_taken');
  tables.clientsByKey.delete(toHex(row.boxKey));
  tables.clientsByKey.set(key, row);
  Object.assign(row, { signKey, boxKey });
  log.note(`rotate_keys ${key}`);
  return { clientId };
}

export function signIn(tables: Tables, log: EffectLog, now: number, call: Call<'signIn'>): object {
  const { clientId, counter, address, visibility, leaseMs } = call;
  const row = clientOf(tables, clientId);
  if (counter <= row.counter) throw new Refused('stale_counter');
  const leaseUntil = now + leaseMs;
  Object.assign(row, { counter, address, visibility, leaseUntil, online: true });
  log.note(`sign_in ${clientId} ${counter}`);
  return { leaseUntil };
}

export function shutdown(tables: Tables, log: EffectLog, { clientId, counter }: Call<'shutdown'>): object {
  const row = clientOf(tables, clientId);
  const offline = row.online && row.counter === counter;
  if (offline) row.online = false;
  log.note(`shutdown ${clientId} ${counter}`);
  return { offline };
}

export function renewLease(tables: Tables, now: number, call: Call<'renewLease'>): DirectoryAnswer<'renewLease'> {
  const row = tables.clients.get(call.clientId);
  const renewed = row?.counter === call.counter && row.online;
  if (row !== undefined && renewed) row.leaseUntil = now + call.leaseMs;
  return { renewed, leaseUntil: row?.leaseUntil ?? 0 };
}

export function recordOf(row: ClientRow | undefined, now: number, askerId?: number): ClientRecord | undefined {
  if (row === undefined) return undefined;
  const { clientId, signKey, boxKey, recoveryKey, visibility } = row;
  const online = isShown(row, askerId) && row.online && row.leaseUntil > now;
  return { clientId, signKey, boxKey, recoveryKey, address: online ? row.address : undefined, online, visibility };
}

export function listOnline(tables: Tables, now: number, call: Call<'listOnline'>): DirectoryAnswer<'listOnline'> {
  const { askerId, after = 0, limit, imagesPerClient } = call;
  const seen = [...tables.clients.values()].filter(
    (row) => row.clientId > after && row.clientId !== askerId && row.visibility === 'everyone' && isOnline(row, now),
  );
  const items = seen.slice(0, limit).map(({ clientId, address, signKey, boxKey }): OnlineClient => {
    const own = imagesOf(tables, clientId);
    const images = own.slice(0, imagesPerClient);
    return { clientId, address: address!, signKey, boxKey, images, moreImages: own.length > images.length };
  });
  return { items, next: seen.length > limit ? items.at(-1)?.clientId : undefined };
}

function isOnline(row: ClientRow, now: number): boolean {
  return row.online && row.leaseUntil > now;
}

/** @throws Refused */
export function clientOf(tables: Tables, clientId: number): ClientRow {
  const row = tables.clients.get(clientId);
  if (row === undefined) throw new Refused('unknown_client');
  return row;
}
