/** What errors of MySQL, MariaDB and mysql2 mean to a caller. */

import { DirectoryError, UnavailableError, type UnavailableReason } from '../errors.ts';

const DUPLICATE_ENTRY = 1062;
const DUPLICATE_INDEX = 1061;

/** The transaction was undone and may be run again: lock wait, deadlock or failed certification, failed commit. */
const UNDONE: ReadonlySet<number> = new Set([1205, 1213, 1180]);

/** The node cannot serve now: shutting down, too many connections, not ready (Galera), killed query or connection. */
const NODE_ERRNOS: ReadonlySet<number> = new Set([
  1040, 1047, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1317, 1927, 3169, 4031,
]);

const NODE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_CLOSED',
]);

const REASONS: ReadonlyMap<number, UnavailableReason> = new Map([
  [1021, 'full'],
  [1114, 'full'],
  [3170, 'full'],
  [1290, 'read_only'],
  [1792, 'read_only'],
  [1836, 'read_only'],
  [1146, 'not_migrated'],
  [1044, 'not_permitted'],
  [1045, 'not_permitted'],
  [1142, 'not_permitted'],
  [1143, 'not_permitted'],
  [1227, 'not_permitted'],
  [1698, 'not_permitted'],
]);

/** Of those above: server shutdown, node not ready; and nobody, or nobody trusted, at the address. */
const NOT_SERVING: ReadonlySet<number> = new Set([1047, 1053, 3169]);
const UNREACHABLE: ReadonlySet<string> = new Set([
  'HANDSHAKE_SSL_ERROR',
  'HANDSHAKE_NO_SSL_SUPPORT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
]);

interface MysqlError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly fatal?: unknown;
}

function errno(error: unknown): number {
  const number = (error as MysqlError | null)?.errno;
  return typeof number === 'number' ? number : 0;
}

export function isDuplicate(error: unknown): boolean {
  return errno(error) === DUPLICATE_ENTRY;
}

export function isDuplicateIndex(error: unknown): boolean {
  return errno(error) === DUPLICATE_INDEX;
}

export function isUndone(error: unknown): boolean {
  return UNDONE.has(errno(error));
}

/** The node, or the way to it, is at fault: another node may answer. What was asked may have happened. */
export function isNodeFailure(error: unknown): boolean {
  const { code, message, fatal } = (error ?? {}) as MysqlError;
  return (
    NODE_ERRNOS.has(errno(error)) ||
    (typeof code === 'string' && NODE_CODES.has(code)) ||
    // mysql2 gives these no code.
    (typeof message === 'string' && message.includes('closed state')) ||
    (fatal === true && errno(error) === 0)
  );
}

/** Not only this connection: every other one to the node would fail the same way. */
export function saysNodeIsDown(error: unknown): boolean {
  const { code } = (error ?? {}) as MysqlError;
  return NOT_SERVING.has(errno(error)) || (typeof code === 'string' && UNREACHABLE.has(code));
}

export function fromMysql(error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  const number = errno(error);
  const reason = REASONS.get(number) ?? (isNodeFailure(error) ? 'unreachable' : isUndone(error) ? 'busy' : 'failed');
  const code = (error as MysqlError | null)?.code;
  const detail = typeof code === 'string' ? code : String((error as MysqlError | null)?.message ?? error);
  return new UnavailableError(reason, `the database cannot be used (${reason}): ${detail}`, { cause: error });
}
