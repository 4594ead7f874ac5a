import { createDirectory } from './directory.ts';
import { InvalidError } from './errors.ts';
import type { OpenDirectory } from './interface.ts';
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_DEADLINE_MS,
  DEFAULT_IMAGES_PER_CLIENT,
  DEFAULT_MAX_WAITING,
  DEFAULT_PENDING_PER_CLIENT,
  MAX_QUOTA,
} from './limits.ts';
import { parseLocation } from './location.ts';
import { openMysql } from './mysql/open.ts';
import type { Quotas } from './sql/engine.ts';
import { openSqlite } from './sqlite/runner.ts';

export interface DirectoryOptions {
  /** How long a call is retried before it ends in an UnavailableError, in ms. Default 10,000. */
  readonly deadlineMs?: number;
  /** Calls of this process that wait at the same time; more are refused with UnavailableError `overloaded`. Default 10,000. */
  readonly maxWaiting?: number;
  /** Images that one client may have published, removed ones included: 1 … 1,000,000, default 10,000. More are `too_many_images`. */
  readonly imagesPerClient?: number;
  /**
   * Grants that may wait for one viewer, and for the viewers of one owner, until they are acknowledged; between two clients a tenth of
   * it: 10 … 1,000,000, default 10,000. Beyond it a version that gives more views is refused with `too_many_pending`, unless the
   * grant waits already; one that does not give more is never refused, but does not begin to wait.
   */
  readonly pendingPerClient?: number;
  /** MySQL: connections to each node. Default 16. */
  readonly connections?: number;
  /** MySQL: TLS 1.3 with the server's name checked, against this CA (PEM) or the system's. Without it: no TLS. */
  readonly tls?: { readonly ca?: string | undefined };
}

/**
 * Opens the directory at `sqlite:///path`, a plain path, `sqlite::memory:` or `mysql://user:password@host:port/database`
 * (several hosts separated by commas: the nodes of one cluster, the preferred writer first). A file gets its tables here;
 * on MySQL `migrate` makes them.
 * @throws InvalidError for the URL or a quota, UnavailableError `unreachable`, `not_migrated`, `schema_too_new`, `busy`, …
 */
export async function openDirectory(url: string, options: DirectoryOptions = {}): Promise<OpenDirectory> {
  const location = parseLocation(url);
  const quotas = quotasOf(options);
  const { deadlineMs = DEFAULT_DEADLINE_MS, maxWaiting = DEFAULT_MAX_WAITING } = options;
  if (location.kind === 'sqlite') {
    return createDirectory(await openSqlite({ path: location.path, deadlineMs, quotas }, maxWaiting));
  }
  const { connections = DEFAULT_CONNECTIONS, tls } = options;
  return createDirectory(await openMysql(location.endpoints, { deadlineMs, maxWaiting, connections, tls, quotas }));
}

/** @throws InvalidError */
function quotasOf({
  imagesPerClient = DEFAULT_IMAGES_PER_CLIENT,
  pendingPerClient = DEFAULT_PENDING_PER_CLIENT,
}: DirectoryOptions): Quotas {
  return {
    images: quota('imagesPerClient', imagesPerClient, 1),
    pending: quota('pendingPerClient', pendingPerClient, 10),
  };
}

function quota(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= MAX_QUOTA) return value;
  throw new InvalidError(name, `not an integer from ${least} to ${MAX_QUOTA}`);
}
