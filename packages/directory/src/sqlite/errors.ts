/** What SQLite's result codes mean to a caller (https://www.sqlite.org/rescode.html). */

import { DirectoryError, UnavailableError, type UnavailableReason } from '../errors.ts';

const BUSY = 5;
const LOCKED = 6;
const SCHEMA = 17;
const CONSTRAINT_PRIMARY_KEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

const REASONS: ReadonlyMap<number, UnavailableReason> = new Map([
  [BUSY, 'busy'],
  [LOCKED, 'busy'],
  [SCHEMA, 'busy'],
  [8, 'read_only'],
  [13, 'full'],
  [14, 'unreachable'],
  [23, 'unreachable'],
]);

/** The extended result code; undefined when the error is not SQLite's. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

export function isDuplicate(error: unknown): boolean {
  const code = resultCode(error);
  return code === CONSTRAINT_UNIQUE || code === CONSTRAINT_PRIMARY_KEY;
}

/** Another process is at it: holds the file, or changes its tables just now. The same again will do. */
export function isBusy(error: unknown): boolean {
  const primary = (resultCode(error) ?? 0) & 0xff;
  return primary === BUSY || primary === LOCKED || primary === SCHEMA;
}

export function fromSqlite(error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  const code = resultCode(error);
  const reason = (code !== undefined && REASONS.get(code & 0xff)) || 'failed';
  const detail = String((error as { errstr?: unknown })?.errstr ?? (error as Error)?.message ?? error);
  return new UnavailableError(reason, `the directory's file cannot be used (${reason}): ${detail}`, { cause: error });
}
