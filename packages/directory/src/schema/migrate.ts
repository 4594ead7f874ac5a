import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { UnavailableError } from '../errors.ts';
import type { DialectName } from '../sql/dialect.ts';
import { migrations, SCHEMA_VERSION } from './migrations.ts';
import type { Tables } from './tables.ts';

/** The schema's version; 0 when there are no tables yet. */
export async function schemaVersion(db: Kysely<Tables>): Promise<number> {
  try {
    const row = await db.selectFrom('meta').select('schema_version').executeTakeFirst();
    return row?.schema_version ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

/**
 * Brings the schema up to this program's version; does nothing when it is there. Several may run it at once.
 * @throws UnavailableError schema_too_new
 */
export async function migrateSchema(
  db: Kysely<Tables>,
  dialect: DialectName,
): Promise<{ readonly from: number; readonly to: number }> {
  const from = await schemaVersion(db);
  refuseNewer(from);
  if (from === SCHEMA_VERSION) return { from, to: from };
  const steps = migrations(dialect);
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => steps } }).migrateToLatest();
  if (error !== undefined) throw error;
  await db
    .updateTable('meta')
    .set({ schema_version: SCHEMA_VERSION })
    .where('schema_version', '<', SCHEMA_VERSION)
    .execute();
  return { from, to: SCHEMA_VERSION };
}

/** @throws UnavailableError schema_too_new, not_migrated */
export async function requireSchema(db: Kysely<Tables>): Promise<void> {
  const version = await schemaVersion(db);
  refuseNewer(version);
  if (version < SCHEMA_VERSION) {
    throw new UnavailableError(
      'not_migrated',
      `the database has schema ${version}, this program needs ${SCHEMA_VERSION}: run "p2pimg-server db migrate"`,
      { retryAfterMs: 60_000 },
    );
  }
}

function refuseNewer(version: number): void {
  if (version > SCHEMA_VERSION) {
    throw new UnavailableError(
      'schema_too_new',
      `the database has schema ${version}, this program knows ${SCHEMA_VERSION}: use a newer program`,
      { retryAfterMs: 60_000 },
    );
  }
}

function isMissingTable(error: unknown): boolean {
  const { errno, errcode, message } = error as { errno?: unknown; errcode?: unknown; message?: unknown };
  return errno === 1146 || (errcode === 1 && String(message).includes('no such table'));
}
