/** What a directory call can end with, other than its answer. Messages never quote what was received. */

export type ErrorCode = 'unavailable' | 'conflict' | 'not_found' | 'denied' | 'refused' | 'invalid';

/** Parent of every error that a directory throws. `code` is stable and may travel. */
export abstract class DirectoryError extends Error {
  override readonly name: string = 'DirectoryError';
  abstract readonly code: ErrorCode;
  /** What exactly was wrong: stable, in snake case. */
  abstract readonly reason: string;
}

export type UnavailableReason =
  | 'unreachable'
  | 'busy'
  | 'overloaded'
  | 'read_only'
  | 'full'
  | 'closed'
  | 'not_migrated'
  | 'schema_too_new'
  | 'database_too_old'
  | 'not_permitted'
  | 'failed';

/**
 * The directory could not answer. The call may have happened all the same: ask again under the same claim.
 * `retryAfterMs` is a hint, 0 … 3,600,000 ms.
 */
export class UnavailableError extends DirectoryError {
  override readonly name: string = 'UnavailableError';
  readonly code = 'unavailable';
  readonly reason: UnavailableReason;
  readonly retryAfterMs: number;
  constructor(reason: UnavailableReason, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs ?? 1000;
  }
}

export type ConflictReason =
  | 'claim_reused'
  | 'key_taken'
  | 'keys_changed'
  | 'stale_counter'
  | 'image_digest'
  | 'grant_bytes'
  | 'grant_id'
  | 'grant_parties';

/** The directory already holds something else under this key, id or version. */
export class ConflictError extends DirectoryError {
  override readonly name: string = 'ConflictError';
  readonly code = 'conflict';
  readonly reason: ConflictReason;
  constructor(reason: ConflictReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type NotFoundReason = 'client' | 'viewer' | 'image';

/** What the call names does not exist. */
export class NotFoundError extends DirectoryError {
  override readonly name: string = 'NotFoundError';
  readonly code = 'not_found';
  readonly reason: NotFoundReason;
  constructor(reason: NotFoundReason) {
    super(`unknown ${reason}`);
    this.reason = reason;
  }
}

export type DeniedReason =
  | 'not_registered'
  | 'not_owner'
  | 'no_views_left'
  | 'revoked'
  | 'mailbox_full'
  | 'too_many_images'
  | 'too_many_pending'
  | 'claim_expired'
  | 'claim_too_far_ahead';

/** The call was understood and is refused. */
export class DeniedError extends DirectoryError {
  override readonly name: string = 'DeniedError';
  readonly code = 'denied';
  readonly reason: DeniedReason;
  constructor(reason: DeniedReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The caller found the reason and had it kept: `reason` is its own (see `Directory.refuse`). */
export class RefusedError extends DirectoryError {
  override readonly name: string = 'RefusedError';
  readonly code = 'refused';
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An argument breaks a limit; nothing was asked of the database. `reason` is the path of the argument. */
export class InvalidError extends DirectoryError {
  override readonly name: string = 'InvalidError';
  readonly code = 'invalid';
  readonly reason: string;
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.reason = path;
  }
}
