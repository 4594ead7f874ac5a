import { createDirectory } from './directory.ts';
import type { OpenDirectory } from './interface.ts';
import { DEFAULT_CONNECTIONS, DEFAULT_DEADLINE_MS, DEFAULT_MAX_WAITING } from './limits.ts';
import { parseLocation } from './location.ts';
import { openMysql } from './mysql/open.ts';
import { openSqlite } from './sqlite/runner.ts';

export interface DirectoryOptions {
  /** How long a call is retried before it ends in an UnavailableError, in ms. Default 10,000. */
  readonly deadlineMs?: number;
  /** Calls of this process that wait at the same time; more are refused with UnavailableError `overloaded`. Default 10,000. */
  readonly maxWaiting?: number;
  /** MySQL: connections to each node. Default 16. */
  readonly connections?: number;
  /** MySQL: TLS 1.3 with the server's name checked, against this CA (PEM) or the system's. Without it: no TLS. */
  readonly tls?: { readonly ca?: string | undefined };
}

/**
 * Opens the directory at `sqlite:///path`, a plain path, `sqlite::memory:` or `mysql://user:password@host:port/database`
 * (several hosts separated by commas: the nodes of one cluster, the preferred writer first). A file gets its tables here;
 * on MySQL `migrate` makes them.
 * @throws InvalidError for the URL, UnavailableError `unreachable`, `not_migrated`, `schema_too_new`, `busy`, …
 */
export async function openDirectory(url: string, options: DirectoryOptions = {}): Promise<OpenDirectory> {
  const location = parseLocation(url);
  const { deadlineMs = DEFAULT_DEADLINE_MS, maxWaiting = DEFAULT_MAX_WAITING } = options;
  if (location.kind === 'sqlite') {
    return createDirectory(await openSqlite({ path: location.path, deadlineMs }, maxWaiting));
  }
  const { connections = DEFAULT_CONNECTIONS, tls } = options;
  return createDirectory(await openMysql(location.endpoints, { deadlineMs, maxWaiting, connections, tls }));
}
