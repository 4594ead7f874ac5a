import { sql } from 'kysely';
import { parseLocation } from '../location.ts';
import { requireServerVersion } from '../mysql/server-version.ts';
import type { DirectoryOptions } from '../open.ts';
import { migrateSchema } from '../schema/migrate.ts';
import { onDatabase } from './database.ts';

/**
 * Makes or upgrades the tables. May be run again, and by several at once.
 * @returns the schema's version before and after
 * @throws InvalidError, UnavailableError
 */
export function migrate(
  url: string,
  options: DirectoryOptions = {},
): Promise<{ readonly from: number; readonly to: number }> {
  const { kind } = parseLocation(url);
  return onDatabase(url, options, async (db) => {
    if (kind === 'mysql') await requireServerVersion(db);
    else await sql`pragma journal_mode = wal`.execute(db);
    return migrateSchema(db, kind);
  });
}
