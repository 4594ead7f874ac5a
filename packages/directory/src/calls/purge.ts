/** Deletes what is past its keeping time. Run it as a user of its own: the servers' user needs no DELETE. */

import { type RawBuilder, sql } from 'kysely';
import { CLAIM_KEEPING_MS, LAPSED_KEEPING_MS, NOTICE_KEEPING_MS, RELEASE_KEEPING_MS } from '../limits.ts';
import type { Tables } from '../schema/tables.ts';
import type { Engine } from '../sql/engine.ts';
import { type Statement, statement } from '../sql/statement.ts';

interface Purge extends Record<string, number> {
  readonly keepMs: number;
  readonly limit: number;
}

type PurgeStatement = Statement<Purge, unknown>;

/** `{verb} … where {column} is more than keepMs ago`, at most `limit` rows. */
function onOld(
  table: keyof Tables,
  verb: RawBuilder<unknown>,
  column: string,
  only: RawBuilder<unknown> = sql`1 = 1`,
): PurgeStatement {
  return statement<Purge>()((db, p, { name, now }) => {
    const old = sql`${sql.ref(column)} < ${now} - ${p.keepMs} and ${only}`;
    const change =
      name === 'mysql'
        ? sql`${verb} where ${old} limit ${p.limit}`
        : sql`${verb} where rowid in (select rowid from ${sql.table(table)} where ${old} limit ${p.limit})`;
    return { compile: () => change.compile(db) };
  });
}

const STEPS: readonly (readonly [PurgeStatement, keepMs: number])[] = [
  [onOld('claims', sql`delete from claims`, 'not_after'), CLAIM_KEEPING_MS],
  [onOld('notices', sql`delete from notices`, 'acked_at'), NOTICE_KEEPING_MS],
  [onOld('releases', sql`delete from releases`, 'released_at'), RELEASE_KEEPING_MS],
  [
    onOld('clients', sql`update clients set status = 'offline'`, 'lease_until', sql`status = 'online'`),
    LAPSED_KEEPING_MS,
  ],
];

/** Deletes at most `limit` rows in all, and marks long lapsed clients as offline; returns how many rows it changed. */
export function purge(engine: Engine, { limit }: { readonly limit: number }): Promise<number> {
  return engine.apart(async (session) => {
    let left = limit;
    for (const [step, keepMs] of STEPS) {
      if (left > 0) left -= await session.change(step, { keepMs, limit: left });
    }
    return limit - left;
  });
}
