/** A frame inside an opened control packet that cannot be read. */
export class MalformedFrameError extends Error {
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`malformed frame: ${what} at byte ${offset}`);
    this.name = 'MalformedFrameError';
    this.offset = offset;
  }
}
