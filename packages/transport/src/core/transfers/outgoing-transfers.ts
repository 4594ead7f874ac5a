import { type OutgoingDescription, OutgoingTransfer } from './outgoing-transfer.ts';
import type { SealedCount } from './sealed-records.ts';

/**
 * New segments of one turn: 62 KiB, enough for a small picture. Small transfers then leave one after the other, as they came: if they took
 * turns of a packet or a batch each, all would be under way for as long as the slowest, and end together; the line would then be idle
 * for a round trip. Large ones share the line.
 */
const TURN_SEGMENTS = 64;

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

  /** Whether any transfer can send now. */
  get hasNext(): boolean {
    return this.#turns.some((transfer) => transfer.peek() >= 0);
  }

  /** The transfer that sends now: one that repeats something, before that the one whose turn it is among those that can send. */
  pick(): OutgoingTransfer | undefined {
    return this.#turns.find((transfer) => transfer.repeating) ?? this.#turns.find((transfer) => transfer.peek() >= 0);
  }

  /** New segments that the transfer may send in its running turn. */
  left(transfer: OutgoingTransfer): number {
    return TURN_SEGMENTS - transfer.turn;
  }

  /** Takes note that the transfer, picked for it, has sent so many segments; after a turn's worth of new ones it waits for the others. */
  sent(transfer: OutgoingTransfer, fresh: number): void {
    transfer.turn += fresh;
    if (transfer.turn < TURN_SEGMENTS) return;
    transfer.turn = 0;
    const at = this.#turns.indexOf(transfer);
    if (at < 0) return;
    this.#turns.splice(at, 1);
    this.#turns.push(transfer);
  }
}
