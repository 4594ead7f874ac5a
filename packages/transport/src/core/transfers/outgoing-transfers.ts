import { type OutgoingDescription, OutgoingTransfer } from './outgoing-transfer.ts';
import type { SealedCount } from './sealed-records.ts';

/** Outgoing transfers of a session: so many at once, the others wait; those with something to send take turns. */
export class OutgoingTransfers {
  readonly #maxOpen: number;
  readonly #open = new Map<number, OutgoingTransfer>();
  readonly #waiting: OutgoingTransfer[] = [];
  readonly #sealed: SealedCount = { records: 0 };
  #turns: OutgoingTransfer[] = [];
  #next = 0;

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen;
  }

  get size(): number {
    return this.#open.size + this.#waiting.length;
  }

  /** Adds a transfer; it starts when `start` gives it out. */
  add(description: OutgoingDescription): OutgoingTransfer {
    const transfer = new OutgoingTransfer(this.#next++, description, this.#sealed);
    this.#waiting.push(transfer);
    return transfer;
  }

  /** The next waiting transfer if there is room: announce it to the peer. */
  start(): OutgoingTransfer | undefined {
    if (this.#open.size >= this.#maxOpen) return undefined;
    const transfer = this.#waiting.shift();
    if (transfer === undefined) return undefined;
    this.#open.set(transfer.number, transfer);
    this.#turns.push(transfer);
    return transfer;
  }

  get(number: number): OutgoingTransfer | undefined {
    return this.#open.get(number);
  }

  /** Open and waiting ones. */
  all(): OutgoingTransfer[] {
    return [...this.#open.values(), ...this.#waiting];
  }

  open(): Iterable<OutgoingTransfer> {
    return this.#open.values();
  }

  isOpen(transfer: OutgoingTransfer): boolean {
    return this.#open.get(transfer.number) === transfer;
  }

  /** Removes; false if it was not there any more. */
  remove(transfer: OutgoingTransfer): boolean {
    transfer.stop();
    const waiting = this.#waiting.indexOf(transfer);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    if (!this.#open.delete(transfer.number)) return waiting >= 0;
    this.#turns = this.#turns.filter((other) => other !== transfer);
    return true;
  }

  /** The transfer whose turn it is among those that can send now; it then waits for the others. */
  pick(): OutgoingTransfer | undefined {
    for (let i = 0; i < this.#turns.length; i++) {
      const transfer = this.#turns[i]!;
      if (transfer.peek() < 0) continue;
      this.#turns.splice(i, 1);
      this.#turns.push(transfer);
      return transfer;
    }
    return undefined;
  }
}
