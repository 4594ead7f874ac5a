import type { Share } from './runs/workers.ts';

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

/** A refusal that the directory keeps under the request's claim: every server gives it. */
export class ClaimedRefusal extends Refusal {}

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
  readonly share: Share;
  constructor(share: Share) {
    super('the queue for workers is full');
    this.share = share;
  }
}

/** The client went away, or took the attempt back: nobody waits for an answer. */
export class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
}
