/** Who is up, where, and with which images (SPEC D2, "Never again" 8). */

import { sql } from 'kysely';
import type { OnlineClient } from '../interface.ts';
import type { Engine, Session } from '../sql/engine.ts';
import { type SqlValues, statement } from '../sql/statement.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';
import { visibleTo } from './visibility.ts';

const selectOnline = statement<{ askerId: number; after: number; graceMs: number; limit: number }>()((db, p, { now }) =>
  db
    .selectFrom('clients')
    .select(['id', 'host', 'port', 'sign_key', 'box_key'])
    .where('status', '=', 'online')
    .where('id', '>', p.after)
    .where('id', '!=', p.askerId)
    .where((eb) => eb(eb('lease_until', '+', p.graceMs), '>', now))
    .where((eb) => visibleTo(eb, p.askerId))
    .orderBy('id')
    .limit(p.limit),
);

/** One query for the images of this many clients, each cut at the limit by the database itself. */
const CLIENTS_PER_QUERY = 20;
/** Belongs to nobody: fills the places of a query that has fewer clients. */
const NOBODY = 0;
/** Not in any image id. One row for each client costs a third of one for each image. */
const SEPARATOR = '/';

const selectImages = statement<SqlValues>()((db, p, { joined }) => {
  const of = (index: number) =>
    db
      .selectFrom((eb) =>
        eb
          .selectFrom('resources')
          .select('image_id')
          .where('client_id', '=', p[`client${index}`] as number)
          .where('removed_at', 'is', null)
          .orderBy('image_id')
          .limit(p.limit as number)
          .as('some'),
      )
      .select([sql<number>`${p[`client${index}`]}`.as('client_id'), joined('image_id', SEPARATOR).as('images')]);
  let all = of(0);
  for (let index = 1; index < CLIENTS_PER_QUERY; index++) all = all.unionAll(of(index));
  return all;
});

export function listOnline(engine: Engine, call: Call<'listOnline'>): Answer<'listOnline'> {
  const { askerId, after = 0, limit, imagesPerClient } = call;
  return engine.read(async (session) => {
    const { graceMs } = engine;
    const found = await session.rows(selectOnline, { askerId, after, graceMs, limit: limit + 1 });
    const page = found.slice(0, limit);
    const ids = page.map((row) => row.id);
    const images = await imagesOf(session, ids, imagesPerClient + 1);
    const items = page.map((row): OnlineClient => {
      const own = images.get(row.id) ?? [];
      return {
        clientId: row.id,
        address: { host: row.host ?? '', port: row.port ?? 0 },
        signKey: plainBytes(row.sign_key),
        boxKey: plainBytes(row.box_key),
        images: own.slice(0, imagesPerClient),
        moreImages: own.length > imagesPerClient,
      };
    });
    return { items, next: found.length > limit ? ids.at(-1) : undefined };
  });
}

async function imagesOf(
  session: Session,
  clientIds: readonly number[],
  limit: number,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const images = new Map<number, readonly string[]>();
  for (let from = 0; from < clientIds.length; from += CLIENTS_PER_QUERY) {
    const values: Record<string, number> = { limit };
    for (let index = 0; index < CLIENTS_PER_QUERY; index++)
      values[`client${index}`] = clientIds[from + index] ?? NOBODY;
    for (const row of await session.rows(selectImages, values)) {
      if (row.images !== null) images.set(row.client_id, row.images.split(SEPARATOR));
    }
  }
  return images;
}
