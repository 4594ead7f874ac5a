import type { TransferFailure } from '../core/events.ts';
import type { Session as CoreSession } from '../core/session/session.ts';
import type { IncomingTransfer as CoreIncoming } from '../core/transfers/incoming-transfer.ts';
import type { OutgoingTransfer as CoreOutgoing } from '../core/transfers/outgoing-transfer.ts';
import { SessionClosedError, TransferRefusedError, TransferResetError } from './errors.ts';
import type { CloseReason, IncomingTransfer, Lane, OutgoingTransfer, TransferPurpose } from './interface.ts';

/** Their places are the codes on the wire. */
export const PURPOSES: readonly TransferPurpose[] = ['upload', 'result', 'answer', 'image'];

/** An outgoing transfer, from before its session is established to its end. */
export class OutgoingHandle implements OutgoingTransfer {
  readonly done: Promise<void>;
  readonly #onProgress: ((acknowledgedBytes: number) => void) | undefined;
  readonly #cancelCore: (core: CoreOutgoing) => void;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  #core: CoreOutgoing | undefined;
  #ended = false;

  constructor(onProgress: ((bytes: number) => void) | undefined, cancelCore: (core: CoreOutgoing) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever does not look at `done` does not want to hear of its failure.
    promise.catch(() => {});
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onProgress = onProgress;
    this.#cancelCore = cancelCore;
  }

  get ended(): boolean {
    return this.#ended;
  }

  start(core: CoreOutgoing): void {
    this.#core = core;
  }

  progressed(): void {
    if (this.#core !== undefined) this.#onProgress?.(this.#core.acknowledgedBytes);
  }

  sent(): void {
    this.#ended = true;
    this.#resolve();
  }

  failed(reason: TransferFailure): void {
    const refused = reason === 'refused' || reason === 'too-large' || reason === 'too-many';
    this.fail(refused ? new TransferRefusedError(reason) : new TransferResetError(reason));
  }

  fail(error: Error): void {
    this.#ended = true;
    this.#reject(error);
  }

  cancel(): void {
    if (this.#ended) return;
    this.fail(new TransferResetError('cancelled'));
    if (this.#core !== undefined) this.#cancelCore(this.#core);
  }
}

/** An offered transfer. */
export class IncomingHandle implements IncomingTransfer {
  readonly id: Uint8Array;
  readonly purpose: TransferPurpose;
  readonly size: number;
  readonly lane: Lane | undefined;
  readonly #session: CoreSession;
  readonly #core: CoreIncoming;
  readonly #wake: () => void;
  readonly #whole: PromiseWithResolvers<Uint8Array> = Promise.withResolvers<Uint8Array>();
  #onProgress: ((receivedBytes: number) => void) | undefined;
  #decided = false;

  constructor(
    session: CoreSession,
    core: CoreIncoming,
    purpose: TransferPurpose,
    lane: Lane | undefined,
    wake: () => void,
  ) {
    this.#session = session;
    this.#core = core;
    this.#wake = wake;
    this.#whole.promise.catch(() => {});
    this.id = core.id;
    this.purpose = purpose;
    this.size = core.size;
    this.lane = lane;
  }

  get decided(): boolean {
    return this.#decided;
  }

  accept(onProgress?: (receivedBytes: number) => void): Promise<Uint8Array> {
    if (this.#decided) return this.#whole.promise;
    this.#decided = true;
    this.#onProgress = onProgress;
    if (!this.#session.acceptTransfer(this.#core)) this.#whole.reject(new TransferResetError('too-large'));
    this.#wake();
    return this.#whole.promise;
  }

  refuse(): void {
    if (this.#decided) return;
    this.#decided = true;
    this.#session.stopTransfer(this.#core, 'refused');
    this.#wake();
  }

  progressed(): void {
    this.#onProgress?.(this.#core.receivedBytes);
  }

  received(): void {
    this.#whole.resolve(this.#core.bytes);
  }

  failed(reason: TransferFailure): void {
    this.#whole.reject(new TransferResetError(reason));
  }

  closed(reason: CloseReason): void {
    this.#whole.reject(new SessionClosedError(reason));
  }
}
