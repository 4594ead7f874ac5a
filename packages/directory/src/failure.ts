/** Directory errors as data: stored in claims, and sent between threads. */

import {
  ConflictError,
  type ConflictReason,
  DeniedError,
  type DeniedReason,
  type DirectoryError,
  type ErrorCode,
  InvalidError,
  NotFoundError,
  type NotFoundReason,
  RefusedError,
  UnavailableError,
  type UnavailableReason,
} from './errors.ts';

export interface FailureRecord {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export function toFailure(error: DirectoryError): FailureRecord {
  const { code, reason, message } = error;
  return error instanceof UnavailableError
    ? { code, reason, message, retryAfterMs: error.retryAfterMs }
    : { code, reason, message };
}

/** Only of records that `toFailure` made. */
export function fromFailure({ code, reason, message, retryAfterMs = 1000 }: FailureRecord): DirectoryError {
  switch (code) {
    case 'conflict':
      return new ConflictError(reason as ConflictReason, message);
    case 'not_found':
      return new NotFoundError(reason as NotFoundReason);
    case 'denied':
      return new DeniedError(reason as DeniedReason, message);
    case 'refused':
      return new RefusedError(reason, message);
    case 'invalid':
      return new InvalidError(reason, message.slice(reason.length + 2));
    case 'unavailable':
      return new UnavailableError(reason as UnavailableReason, message, { retryAfterMs });
  }
}
