import { ClientError } from '../core/errors.ts';

/** The journal was changed by something other than this program: a record before the last is damaged. */
export class JournalCorruptError extends Error {
  override readonly name: string = 'JournalCorruptError';
  readonly line: number;
  constructor(path: string, line: number) {
    super(`${path}, line ${line}: the record is damaged; restore the profile from a backup`);
    this.line = line;
  }
}

/** An earlier write failed and could not be undone: what is on the disk is unknown until the profile is opened again. */
export class JournalBrokenError extends Error {
  override readonly name: string = 'JournalBrokenError';
}

/** What was given is no picture that can be hidden: not a PNG or JPEG, too large, or of too many pixels. */
export class PictureError extends ClientError {
  override readonly name: string = 'PictureError';
  constructor(message: string, options?: ErrorOptions) {
    super('picture_invalid', message, options);
  }
}

/** Settings of a client that cannot be used. */
export class ClientConfigError extends Error {
  override readonly name: string = 'ClientConfigError';
}
