import type { OpenDirectory } from '@p2pimg/directory';

const INTERVAL_MS = 60_000;
const MAX_ROWS = 10_000;

/**
 * Purges a directory that is a file again and again, until the timer is cleared. On MySQL the servers' user may not delete, so nothing
 * is started there: the operator runs `db purge` as a user of its own.
 */
export function startPurging(
  directoryUrl: string,
  directory: Pick<OpenDirectory, 'purge'>,
  everyMs: number = INTERVAL_MS,
): NodeJS.Timeout | undefined {
  if (directoryUrl.startsWith('mysql:')) return undefined;
  // What one server leaves, another takes: a failure here concerns nobody.
  return setInterval(() => void directory.purge({ limit: MAX_ROWS }).catch(() => {}), everyMs);
}
