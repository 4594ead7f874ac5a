import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../src/schema/tables.ts';

/** Sums over all tables: they change with every row and every field that a mutation may touch. */
const SUMS: Readonly<Record<string, string>> = {
  clients: 'select count(*) from clients',
  online: "select count(*) from clients where status = 'online'",
  counters: 'select coalesce(sum(session_counter), 0) from clients',
  keys: 'select count(distinct sign_key) + count(distinct box_key) from clients',
  resources: 'select count(*) from resources',
  removed: 'select count(*) from resources where removed_at is not null',
  grants: 'select count(*) from access_rights',
  versions: 'select coalesce(sum(version), 0) from access_rights',
  allowed: 'select coalesce(sum(allowed), 0) from access_rights',
  used: 'select coalesce(sum(used), 0) from access_rights',
  released: 'select coalesce(sum(released), 0) from access_rights',
  acked: 'select coalesce(sum(acked_version), 0) from access_rights',
  pending: 'select count(*) from access_rights where pending_since is not null',
  releases: 'select count(*) from releases',
  notices: 'select count(*) from notices',
  ackedNotices: 'select count(*) from notices where acked_at is not null',
  claims: 'select count(*) from claims',
};

export type Fingerprint = Readonly<Record<string, number>>;

export async function fingerprint(db: Kysely<Tables>): Promise<Fingerprint> {
  const columns = Object.entries(SUMS).map(([name, query]) => sql`(${sql.raw(query)}) as ${sql.ref(name)}`);
  const { rows } = await sql<Fingerprint>`select ${sql.join(columns)} from meta`.execute(db);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
}

export function difference(before: Fingerprint, after: Fingerprint): Fingerprint {
  const changed = Object.keys(SUMS).filter((name) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => [name, after[name]! - before[name]!]));
}
