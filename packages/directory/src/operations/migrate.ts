import { parseLocation } from '../location.ts';
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
  return onDatabase(url, options, (db) => migrateSchema(db, kind));
}
