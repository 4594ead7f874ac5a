import type { Kysely } from 'kysely';
import { DEFAULT_CONNECTIONS, DEFAULT_DEADLINE_MS } from '../limits.ts';
import { type DirectoryLocation, parseLocation } from '../location.ts';
import { createKysely as createMysql, MysqlEngine } from '../mysql/engine.ts';
import { fromMysql } from '../mysql/errors.ts';
import { createPool } from '../mysql/open.ts';
import type { DirectoryOptions } from '../open.ts';
import type { Tables } from '../schema/tables.ts';
import { NodeSqlite } from '../sqlite/database.ts';
import { createKysely as createSqlite } from '../sqlite/engine.ts';
import { fromSqlite } from '../sqlite/errors.ts';
import { untilFree } from '../sqlite/open-engine.ts';

/**
 * Runs `work` on the database itself, in this thread, again when the database asks for it.
 * @throws InvalidError for the URL, UnavailableError
 */
export async function onDatabase<T>(
  url: string | DirectoryLocation,
  options: DirectoryOptions,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const location = typeof url === 'string' ? parseLocation(url) : url;
  const { deadlineMs = DEFAULT_DEADLINE_MS, connections = DEFAULT_CONNECTIONS, tls } = options;
  if (location.kind === 'mysql') {
    const db = createMysql(createPool(location.endpoints, { deadlineMs, connections, maxWaiting: 1, tls }));
    try {
      return await new MysqlEngine(db, deadlineMs).retry(() => work(db));
    } catch (error) {
      throw fromMysql(error);
    } finally {
      await db.destroy();
    }
  }
  try {
    using database = new NodeSqlite(location.path);
    return await untilFree(deadlineMs, () => work(createSqlite(database)));
  } catch (error) {
    throw fromSqlite(error);
  }
}
