/** Settings of a server that are out of range or contradict each other. */
export class CloudConfigError extends Error {
  override readonly name = 'CloudConfigError';
}

/** The request is refused for good: the acknowledgement has status `refused` and this code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The request could not be done now: the acknowledgement has status `error`, and the client may come again. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** This server has no room for the request and leaves it to the next. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/** The client went away, or took the attempt back: nobody waits for an answer. */
export class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
}
