import type { TransferOpenFrame } from '@p2pimg/wire';
import { ReplayWindow } from '../replay-window.ts';
import { IncomingTransfer } from './incoming-transfer.ts';

const NUMBERS_SEEN_BITS = 4096;

/** Bytes that may be held at once; shared by all sessions of an endpoint, or owned by one. */
export class MemoryBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Incoming transfers of a session, and the memory that they hold. */
export class IncomingTransfers {
  readonly #shared: MemoryBudget;
  readonly #own: MemoryBudget;
  readonly #open = new Map<number, IncomingTransfer>();
  readonly #seen = new ReplayWindow(NUMBERS_SEEN_BITS);

  constructor(shared: MemoryBudget, own: MemoryBudget) {
    this.#shared = shared;
    this.#own = own;
  }

  get size(): number {
    return this.#open.size;
  }

  /** A new transfer, or undefined if this number was seen before. */
  open(frame: TransferOpenFrame): IncomingTransfer | undefined {
    if (!this.#seen.isFresh(frame.transfer)) return undefined;
    this.#seen.mark(frame.transfer);
    const transfer = new IncomingTransfer(frame);
    this.#open.set(transfer.number, transfer);
    return transfer;
  }

  get(number: number): IncomingTransfer | undefined {
    return this.#open.get(number);
  }

  all(): IncomingTransfer[] {
    return [...this.#open.values()];
  }

  /** Whether the number belongs to a transfer that has ended. */
  isOver(number: number): boolean {
    return !this.#seen.isFresh(number) && !this.#open.has(number);
  }

  /** Takes the memory for the transfer. False if there is not enough. */
  accept(transfer: IncomingTransfer): boolean {
    if (!this.#own.take(transfer.size)) return false;
    if (!this.#shared.take(transfer.size)) {
      this.#own.give(transfer.size);
      return false;
    }
    transfer.accept();
    return true;
  }

  /** Removes and gives its memory back; false if it was not there any more. */
  remove(transfer: IncomingTransfer): boolean {
    if (this.#open.get(transfer.number) !== transfer) return false;
    this.#open.delete(transfer.number);
    if (transfer.accepted) {
      this.#own.give(transfer.size);
      this.#shared.give(transfer.size);
    }
    return true;
  }
}
