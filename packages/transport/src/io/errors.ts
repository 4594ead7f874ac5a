import type { CloseReason } from './interface.ts';

/** The session is not, or no longer, there. */
export class SessionClosedError extends Error {
  readonly reason: CloseReason;

  constructor(reason: CloseReason) {
    super(`session closed: ${reason}`);
    this.name = 'SessionClosedError';
    this.reason = reason;
  }
}

export class MessageTooLargeError extends RangeError {
  constructor(length: number, limit: number) {
    super(`message of ${length} bytes is above the limit of ${limit}`);
    this.name = 'MessageTooLargeError';
  }
}

/** The peer does not acknowledge what it was sent, and no more is kept for it. */
export class SendQueueFullError extends Error {
  constructor() {
    super('too many bytes of messages wait for this peer');
    this.name = 'SendQueueFullError';
  }
}

export class LaneRefusedError extends Error {
  constructor(why: 'cap' | 'peer' | 'unreachable') {
    super(
      {
        cap: 'no worker lane: the cap is reached',
        peer: 'the peer refused the worker lane',
        unreachable: 'the peer did not reach the worker port in time',
      }[why],
    );
    this.name = 'LaneRefusedError';
  }
}

/** The receiver did not want the transfer, or has no room for it. */
export class TransferRefusedError extends Error {
  constructor(reason: string) {
    super(`transfer refused: ${reason}`);
    this.name = 'TransferRefusedError';
  }
}

/** A transfer ended before its end: given up by the other side, by this one, or with its lane. */
export class TransferResetError extends Error {
  constructor(reason: string) {
    super(`transfer reset: ${reason}`);
    this.name = 'TransferResetError';
  }
}

/** A setting of the transport that cannot be used. */
export class InvalidTransportOptionError extends TypeError {
  constructor(name: string, why: string) {
    super(`transport option ${name} ${why}`);
    this.name = 'InvalidTransportOptionError';
  }
}
