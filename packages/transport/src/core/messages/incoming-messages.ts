import { type Frame, FrameType, type MessageFrame } from '@p2pimg/wire';
import { ProtocolViolation } from '../errors.ts';
import type { FairBudget } from '../fair-budget.ts';
import { ReplayWindow } from '../replay-window.ts';
import { messageOf } from './message-memory.ts';
import { MESSAGE_WINDOW, MESSAGE_WINDOW_BYTES, MINIMUM_FRAGMENT } from './outgoing-messages.ts';

/** Twice the window of the sender, rounded up: numbers behind it were delivered long ago. */
const DELIVERED_BITS: number = MESSAGE_WINDOW * 4;
/** What a message that is not whole costs besides its bytes, about: two objects, a buffer and a map. */
const OVERHEAD_BYTES = 512;

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
  /** Taken of what all share. */
  #cost = 0;

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
   * Whether there is memory for what these frames of one packet begin. A shortage is not the peer's fault, and it cannot
   * know of it: such a packet is to be dropped as a whole, so that it comes again. What breaks the protocol has room: `add` says so.
   */
  hasRoom(frames: readonly Frame[]): boolean {
    let begun: Map<number, number> | undefined;
    for (const frame of frames) {
      if (frame.type !== FrameType.message || frame.bytes.length >= frame.total) continue;
      const { number, total } = frame;
      if (!this.#delivered.isFresh(number) || this.#partial.has(number)) continue;
      begun ??= new Map();
      begun.set(number, total);
    }
    if (begun === undefined) return true;
    let bytes = 0;
    for (const total of begun.values()) bytes += total;
    if (this.#breaksWindow(begun.size, bytes)) return true;
    return this.#shared.allows(this.#cost, bytes + begun.size * OVERHEAD_BYTES);
  }

  /**
   * The whole message if this fragment completes it.
   * @throws ProtocolViolation when the peer breaks its window or contradicts itself, or when there was no room.
   */
  add(frame: MessageFrame): Uint8Array | undefined {
    const { number, total, offset, bytes } = frame;
    if (total > this.#maxMessageBytes || offset + bytes.length > total) throw new ProtocolViolation('message length');
    if (!this.#delivered.isFresh(number)) return undefined;
    if (bytes.length === total) {
      this.#drop(number);
      this.#delivered.mark(number);
      return messageOf(bytes);
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
    if (this.#breaksWindow(1, total)) throw new ProtocolViolation('message window');
    const cost = total + OVERHEAD_BYTES;
    if (!this.#shared.take(this.#cost, cost)) throw new ProtocolViolation('room for messages');
    this.#cost += cost;
    const partial = { bytes: new Uint8Array(total), fragments: new Map<number, number>(), received: 0 };
    this.#partial.set(number, partial);
    this.#heldBytes += total;
    return partial;
  }

  /** Small messages cost more than their bytes: their number counts too. */
  #breaksWindow(messages: number, bytes: number): boolean {
    const tooMany = this.#partial.size + messages > MESSAGE_WINDOW;
    return tooMany || this.#heldBytes + bytes > MESSAGE_WINDOW_BYTES + this.#maxMessageBytes;
  }

  #drop(number: number): void {
    const partial = this.#partial.get(number);
    if (partial === undefined) return;
    this.#partial.delete(number);
    this.#heldBytes -= partial.bytes.length;
    const cost = partial.bytes.length + OVERHEAD_BYTES;
    this.#shared.give(this.#cost, cost);
    this.#cost -= cost;
  }

  /** The session is over: gives back what it held. */
  clear(): void {
    for (const number of [...this.#partial.keys()]) this.#drop(number);
  }
}
