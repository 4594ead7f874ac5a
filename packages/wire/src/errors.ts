/** What can be wrong with bytes from the network. Messages never quote what was received. */

/** Parent of all errors of this package. */
export class WireError extends Error {
  override readonly name: string = 'WireError';
}

/** Longer than the limit; nothing was parsed. */
export class MessageTooLongError extends WireError {
  override readonly name: string = 'MessageTooLongError';
  readonly length: number;
  readonly limit: number;
  constructor(length: number, limit: number) {
    super(`a message of ${length} bytes is longer than ${limit}`);
    this.length = length;
    this.limit = limit;
  }
}

/** Not UTF-8, not JSON, or not a JSON object. */
export class MalformedMessageError extends WireError {
  override readonly name: string = 'MalformedMessageError';
}

/** The version is not one that this program speaks. */
export class UnsupportedVersionError extends WireError {
  override readonly name: string = 'UnsupportedVersionError';
}

/** The `type` is none that may arrive on this link. */
export class UnknownMessageTypeError extends WireError {
  override readonly name: string = 'UnknownMessageTypeError';
}

/** A field is missing, unknown or out of range; `path` names it. */
export class InvalidFieldError extends WireError {
  override readonly name: string = 'InvalidFieldError';
  readonly path: string;
  constructor(path: string, problem: string) {
    super(`${path || 'message'}: ${problem}`);
    this.path = path;
  }
}

/** An image name or id that the rules forbid. */
export class InvalidNameError extends WireError {
  override readonly name: string = 'InvalidNameError';
}
