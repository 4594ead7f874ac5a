/** Base of every error that this package throws on purpose; `code` is stable and safe to show or to switch on. */
export class StegoError extends Error {
  override readonly name: string = 'StegoError';
  readonly code: string = 'STEGO';
}

/** The payload does not fit. `capacity` is what the cover holds, `required` what the payload needs; both in payload bytes. */
export class CoverTooSmallError extends StegoError {
  override readonly name = 'CoverTooSmallError';
  override readonly code = 'COVER_TOO_SMALL';
  readonly capacity: number;
  readonly required: number;
  constructor(capacity: number, required: number) {
    super(`the cover holds ${capacity} bytes but the payload needs ${required}; use a larger cover or another fit`);
    this.capacity = capacity;
    this.required = required;
  }
}

/** Nothing under this key: another key, another picture, or bytes that were changed. */
export class AuthFailedError extends StegoError {
  override readonly name = 'AuthFailedError';
  override readonly code = 'AUTH_FAILED';
  constructor() {
    super('nothing in this picture opens with this key');
  }
}

/** The input ends before it should, or is too short for what it declares. */
export class TruncatedError extends StegoError {
  override readonly name = 'TruncatedError';
  override readonly code = 'TRUNCATED';
}

/** The picture has no alpha channel that could carry anything. */
export class NoAlphaError extends StegoError {
  override readonly name = 'NoAlphaError';
  override readonly code = 'NO_ALPHA';
  constructor() {
    super('the picture has no alpha channel that could carry a payload');
  }
}

/** A valid PNG of a kind that this package does not read: interlaced, or with a bit depth it never writes. */
export class UnsupportedPngError extends StegoError {
  override readonly name = 'UnsupportedPngError';
  override readonly code = 'UNSUPPORTED_PNG';
}

/** A JPEG whose colours the built-in decoder would get wrong (CMYK, RGB components, 12 bits, arithmetic coding). */
export class UnsupportedJpegError extends StegoError {
  override readonly name = 'UnsupportedJpegError';
  override readonly code = 'UNSUPPORTED_JPEG';
}

/** A limit of {@link Limits} would be exceeded. */
export class LimitExceededError extends StegoError {
  override readonly name = 'LimitExceededError';
  override readonly code = 'LIMIT_EXCEEDED';
  readonly limit: string;
  constructor(limit: string, maximum: number, actual: number) {
    super(`${limit} is ${actual}, more than the limit of ${maximum}`);
    this.limit = limit;
  }
}

/** Bytes that are not the image they claim to be. */
export class BadImageError extends StegoError {
  override readonly name = 'BadImageError';
  override readonly code = 'BAD_IMAGE';
}

/** The picture has no rights band where one is needed, or has one already where none may be. */
export class RightsBandError extends StegoError {
  override readonly name = 'RightsBandError';
  override readonly code = 'RIGHTS_BAND';
}

/** A profile whose noise can be seen was asked for without `allowVisible`. */
export class VisibleProfileError extends StegoError {
  override readonly name = 'VisibleProfileError';
  override readonly code = 'VISIBLE_PROFILE';
  constructor(profile: string) {
    super(`profile ${profile} changes the picture visibly; allow it (allowVisible, --allow-visible) if that is wanted`);
  }
}

/** An argument of the caller (not of the network) is out of range. */
export class BadArgumentError extends StegoError {
  override readonly name = 'BadArgumentError';
  override readonly code = 'BAD_ARGUMENT';
}
