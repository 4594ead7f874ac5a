/** What an operator does to a directory: `p2pimg-server db migrate | status | check`. */

import type { Kysely } from 'kysely';
import { DEFAULT_CONNECTIONS, DEFAULT_DEADLINE_MS } from './limits.ts';
import { parseLocation } from './location.ts';
import { createKysely as createMysql, MysqlEngine } from './mysql/engine.ts';
import { fromMysql } from './mysql/errors.ts';
import { createPool } from './mysql/open.ts';
import type { DirectoryOptions } from './open.ts';
import { migrateSchema } from './schema/migrate.ts';
import type { Tables } from './schema/tables.ts';
import { fromSqlite } from './sqlite/errors.ts';
import { openEngine } from './sqlite/open-engine.ts';

/**
 * Makes or upgrades the tables. May be run again, and by several at once.
 * @returns the schema's version before and after
 * @throws InvalidError, UnavailableError
 */
export async function migrate(
  url: string,
  options: DirectoryOptions = {},
): Promise<{ readonly from: number; readonly to: number }> {
  const location = parseLocation(url);
  const { deadlineMs = DEFAULT_DEADLINE_MS, connections = DEFAULT_CONNECTIONS, tls } = options;
  if (location.kind === 'sqlite') {
    const { migrated, close } = await openEngine(location.path, deadlineMs).catch((error: unknown) => {
      throw fromSqlite(error);
    });
    close();
    return migrated;
  }
  const db: Kysely<Tables> = createMysql(
    createPool(location.endpoints, { deadlineMs, connections, maxWaiting: 1, tls }),
  );
  try {
    return await new MysqlEngine(db, deadlineMs).retry(() => migrateSchema(db, 'mysql'));
  } catch (error) {
    throw fromMysql(error);
  } finally {
    await db.destroy();
  }
}
