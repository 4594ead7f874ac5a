/** Who a client is: its number and its keys (SPEC D2, U2). */

import { equalBytes } from '@p2pimg/wire';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { ClientRecord, Visibility } from '../interface.ts';
import type { Engine } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed } from './claim.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';
import { visibleTo } from './visibility.ts';

const insertClient = statement<{ signKey: Uint8Array; boxKey: Uint8Array; recoveryKey: Uint8Array | null }>()(
  (db, p, { now }) =>
    db.insertInto('clients').values({
      sign_key: p.signKey,
      box_key: p.boxKey,
      recovery_key: p.recoveryKey,
      status: 'offline',
      session_counter: 0,
      visibility: 'everyone',
      lease_until: 0,
      registered_at: now,
    }),
);

const clientWithKeys = statement<{ signKey: Uint8Array; boxKey: Uint8Array }>()((db, p) =>
  db.selectFrom('clients').select('id').where('sign_key', '=', p.signKey).where('box_key', '=', p.boxKey),
);

const replaceKeys = statement<{ id: number; currentSignKey: Uint8Array; signKey: Uint8Array; boxKey: Uint8Array }>()(
  (db, p) =>
    db
      .updateTable('clients')
      .set({ sign_key: p.signKey, box_key: p.boxKey })
      .where('id', '=', p.id)
      .where('sign_key', '=', p.currentSignKey),
);

export function register(engine: Engine, call: Call<'register'>): Answer<'register'> {
  return claimed(engine, 'register', call.claim, async (session) => {
    const { signKey, boxKey, recoveryKey = null } = call;
    const { duplicate, id } = await session.write(insertClient, { signKey, boxKey, recoveryKey });
    if (!duplicate) return { value: { clientId: id } };
    const known = await session.first(clientWithKeys, { signKey, boxKey });
    return known === undefined ? keyTaken() : { value: { clientId: known.id } };
  });
}

export function rotateKeys(engine: Engine, call: Call<'rotateKeys'>): Answer<'rotateKeys'> {
  return claimed(engine, 'rotateKeys', call.claim, async (session) => {
    const { clientId, currentSignKey, signKey, boxKey } = call;
    const { duplicate, rows } = await session.write(replaceKeys, { id: clientId, currentSignKey, signKey, boxKey });
    if (duplicate) return keyTaken();
    if (rows > 0) return { value: { clientId } };
    const client = await session.first(selectById, { id: clientId });
    if (client === undefined) return { refusal: new NotFoundError('client') };
    const replaced = equalBytes(client.sign_key, signKey) && equalBytes(client.box_key, boxKey);
    return replaced ? { value: { clientId } } : { refusal: keysChanged() };
  });
}

function keysChanged(): ConflictError {
  return new ConflictError('keys_changed', 'the keys to replace are not the current ones any more');
}

function keyTaken(): { readonly refusal: ConflictError } {
  return { refusal: new ConflictError('key_taken', 'one of the keys belongs to another client') };
}

interface ClientRow {
  readonly id: number;
  readonly sign_key: Uint8Array;
  readonly box_key: Uint8Array;
  readonly recovery_key: Uint8Array | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly status: 'online' | 'offline';
  readonly visibility: Visibility;
  readonly lease_until: number;
  readonly at: number;
  /** Absent when nobody in particular asks. */
  readonly visible?: number;
}

const clientColumns = [
  'id',
  'sign_key',
  'box_key',
  'recovery_key',
  'host',
  'port',
  'status',
  'visibility',
  'lease_until',
] as const;

const selectByKey = statement<{ boxKey: Uint8Array }>()((db, p, { now }) =>
  db.selectFrom('clients').select(clientColumns).select(now.as('at')).where('box_key', '=', p.boxKey),
);

const selectById = statement<{ id: number }>()((db, p, { now }) =>
  db.selectFrom('clients').select(clientColumns).select(now.as('at')).where('id', '=', p.id),
);

const selectByKeyFor = statement<{ boxKey: Uint8Array; askerId: number }>()((db, p, { now }) =>
  db
    .selectFrom('clients')
    .select(clientColumns)
    .select((eb) => [now.as('at'), eb.case().when(visibleTo(eb, p.askerId)).then(1).else(0).end().as('visible')])
    .where('box_key', '=', p.boxKey),
);

const selectByIdFor = statement<{ id: number; askerId: number }>()((db, p, { now }) =>
  db
    .selectFrom('clients')
    .select(clientColumns)
    .select((eb) => [now.as('at'), eb.case().when(visibleTo(eb, p.askerId)).then(1).else(0).end().as('visible')])
    .where('id', '=', p.id),
);

export async function clientByKey(engine: Engine, { boxKey, askerId }: Call<'clientByKey'>): Answer<'clientByKey'> {
  const row = await engine.read(
    (session): Promise<ClientRow | undefined> =>
      askerId === undefined
        ? session.first(selectByKey, { boxKey })
        : session.first(selectByKeyFor, { boxKey, askerId }),
  );
  return record(engine, row);
}

export async function clientById(engine: Engine, { clientId, askerId }: Call<'clientById'>): Answer<'clientById'> {
  const row = await engine.read(
    (session): Promise<ClientRow | undefined> =>
      askerId === undefined
        ? session.first(selectById, { id: clientId })
        : session.first(selectByIdFor, { id: clientId, askerId }),
  );
  return record(engine, row);
}

function record(engine: Engine, row: ClientRow | undefined): ClientRecord | undefined {
  if (row === undefined) return undefined;
  const { host, port } = row;
  const online = row.visible !== 0 && row.status === 'online' && row.lease_until + engine.graceMs > row.at;
  return {
    clientId: row.id,
    signKey: plainBytes(row.sign_key),
    boxKey: plainBytes(row.box_key),
    recoveryKey: row.recovery_key === null ? undefined : plainBytes(row.recovery_key),
    address: online && host !== null && port !== null ? { host, port } : undefined,
    online,
    visibility: row.visibility,
  };
}
