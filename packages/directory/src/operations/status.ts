import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { parseLocation } from '../location.ts';
import type { DirectoryOptions } from '../open.ts';
import { requireSchema, schemaVersion } from '../schema/migrate.ts';
import { SCHEMA_VERSION } from '../schema/migrations.ts';
import type { Tables } from '../schema/tables.ts';
import { mysqlDialect, sqliteDialect } from '../sql/dialect.ts';
import { onDatabase } from './database.ts';

export interface DatabaseStatus {
  readonly kind: 'sqlite' | 'mysql';
  /** 0: there are no tables yet. */
  readonly schemaVersion: number;
  /** What this program needs. */
  readonly programSchemaVersion: number;
  /** Undefined without tables. */
  readonly content: DatabaseContent | undefined;
}

export interface DatabaseContent {
  /** Lower-case hexadecimal; changes with every restore. */
  readonly generation: string;
  /** The database's clock, in ms. */
  readonly now: number;
  readonly clients: number;
  readonly online: number;
  readonly images: number;
  readonly grants: number;
  readonly pendingGrants: number;
  readonly waitingNotices: number;
  readonly releases: number;
  readonly claims: number;
}

/** What is there. Counts whole tables: seconds on a large database. @throws InvalidError, UnavailableError */
export function databaseStatus(url: string, options: DirectoryOptions = {}): Promise<DatabaseStatus> {
  const { kind } = parseLocation(url);
  return onDatabase(url, options, async (db) => {
    const version = await schemaVersion(db);
    return {
      kind,
      schemaVersion: version,
      programSchemaVersion: SCHEMA_VERSION,
      content: version === 0 ? undefined : await content(db, kind),
    };
  });
}

async function content(db: Kysely<Tables>, kind: DatabaseStatus['kind']): Promise<DatabaseContent> {
  const { now } = kind === 'mysql' ? mysqlDialect : sqliteDialect;
  const meta = await db
    .selectFrom('meta')
    .select(['generation', now.as('at')])
    .executeTakeFirstOrThrow();
  const all = (table: keyof Tables) => db.selectFrom(table).select((eb) => eb.fn.countAll().as('n'));
  const counted = async (query: { executeTakeFirstOrThrow(): Promise<{ n: unknown }> }): Promise<number> =>
    Number((await query.executeTakeFirstOrThrow()).n);
  return {
    generation: Buffer.from(meta.generation).toString('hex'),
    now: meta.at,
    clients: await counted(all('clients')),
    online: await counted(
      db
        .selectFrom('clients')
        .select((eb) => eb.fn.countAll().as('n'))
        .where('status', '=', 'online')
        .where('lease_until', '>', now),
    ),
    images: await counted(all('resources')),
    grants: await counted(all('access_rights')),
    pendingGrants: await counted(
      db
        .selectFrom('access_rights')
        .select((eb) => eb.fn.countAll().as('n'))
        .where('pending_since', 'is not', null),
    ),
    waitingNotices: await counted(
      db
        .selectFrom('notices')
        .select((eb) => eb.fn.countAll().as('n'))
        .where('acked_at', 'is', null),
    ),
    releases: await counted(all('releases')),
    claims: await counted(all('claims')),
  };
}

/**
 * To be run once after a restore from a backup, before any server starts: gives the directory a new generation, so that
 * owners publish again what the backup does not know.
 * @returns the new generation, lower-case hexadecimal
 * @throws InvalidError, UnavailableError
 */
export function renewGeneration(url: string, options: DirectoryOptions = {}): Promise<string> {
  return onDatabase(url, options, async (db) => {
    await requireSchema(db);
    const generation = randomBytes(16);
    await db.updateTable('meta').set({ generation }).execute();
    return generation.toString('hex');
  });
}
