import type { MessageFrame } from '@p2pimg/wire';
import { ProtocolViolation } from '../errors.ts';
import type { FairBudget } from '../fair-budget.ts';
import { ReplayWindow } from '../replay-window.ts';
import { MESSAGE_WINDOW, MESSAGE_WINDOW_BYTES, MINIMUM_FRAGMENT } from './outgoing-messages.ts';

/** Twice the window of the sender, rounded up: numbers behind it were delivered long ago. */
const DELIVERED_BITS: number = MESSAGE_WINDOW * 4;

interface PartialMessage {
  readonly bytes: Uint8Array;
  /** Offsets of the fragments that are here, with their ends. */
  readonly fragments: Map<number, number>;
  received: number;
}

/** Puts fragments together; each message is delivered once. Holds at most the sender's window. */
export class IncomingMessages {
  readonly #maxMessageBytes: number;
  readonly #shared: FairBudget;
  readonly #delivered = new ReplayWindow(DELIVERED_BITS);
  readonly #partial = new Map<number, PartialMessage>();
  #heldBytes = 0;

  /** `shared` is what all sessions may hold together. */
  constructor(maxMessageBytes: number, shared: FairBudget) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#shared = shared;
  }

  /** Bytes held for messages that are not whole yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * The whole message if this fragment completes it.
   * @throws ProtocolViolation when the peer breaks its window or contradicts itself.
   */
  add(frame: MessageFrame): Uint8Array | undefined {
    const { number, total, offset, bytes } = frame;
    if (total > this.#maxMessageBytes || offset + bytes.length > total) throw new ProtocolViolation('message length');
    if (!this.#delivered.isFresh(number)) return undefined;
    if (bytes.length === total) {
      this.#drop(number);
      this.#delivered.mark(number);
      return bytes.slice();
    }
    const partial = this.#partial.get(number) ?? this.#start(number, total);
    if (partial.bytes.length !== total || bytes.length === 0) throw new ProtocolViolation('message fragment');
    const known = partial.fragments.get(offset);
    if (known !== undefined) return undefined;
    // Fragments have a least size, so that keeping track of them costs less than their bytes.
    if (partial.fragments.size > total / MINIMUM_FRAGMENT) throw new ProtocolViolation('message fragments');
    partial.fragments.set(offset, offset + bytes.length);
    partial.bytes.set(bytes, offset);
    partial.received += bytes.length;
    if (partial.received < total) return undefined;
    this.#drop(number);
    this.#delivered.mark(number);
    return partial.bytes;
  }

  #start(number: number, total: number): PartialMessage {
    // Small messages cost more than their bytes: their number counts too.
    const tooMany = this.#partial.size >= MESSAGE_WINDOW;
    if (tooMany || this.#heldBytes + total > MESSAGE_WINDOW_BYTES + this.#maxMessageBytes) {
      throw new ProtocolViolation('message window');
    }
    if (!this.#shared.take(this.#heldBytes, total)) throw new ProtocolViolation('share of the memory for messages');
    const partial = { bytes: new Uint8Array(total), fragments: new Map<number, number>(), received: 0 };
    this.#partial.set(number, partial);
    this.#heldBytes += total;
    return partial;
  }

  #drop(number: number): void {
    const partial = this.#partial.get(number);
    if (partial === undefined) return;
    this.#partial.delete(number);
    this.#heldBytes -= partial.bytes.length;
    this.#shared.give(partial.bytes.length);
  }

  /** The session is over: gives back what it held. */
  clear(): void {
    for (const number of [...this.#partial.keys()]) this.#drop(number);
  }
}
