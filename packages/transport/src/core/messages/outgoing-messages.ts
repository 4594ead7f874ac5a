import { FrameType, MESSAGE_FRAME_OVERHEAD, type MessageFrame } from '@p2pimg/wire';
import type { FairBudget } from '../fair-budget.ts';
import { Fifo } from '../fifo.ts';
import { Numbered } from '../numbered.ts';

/** Bytes of messages that may be on their way and unacknowledged; the receiver holds at most this much. */
export const MESSAGE_WINDOW_BYTES: number = 512 * 1024;
/** Messages on their way at once. */
export const MESSAGE_WINDOW = 512;
/** A fragment shorter than this is not worth its header: it waits for the next packet. */
export const MINIMUM_FRAGMENT = 64;
/** What a message costs besides its bytes, about. */
const OVERHEAD_BYTES = 256;

interface OutgoingMessage {
  readonly number: number;
  readonly bytes: Uint8Array;
  sent: number;
  acknowledged: number;
}

/** Cuts messages into fragments, in order of submission, within the receiver's window. */
export class OutgoingMessages {
  readonly #waiting = new Fifo<OutgoingMessage>();
  readonly #flying = new Numbered<OutgoingMessage>();
  readonly #shared: FairBudget;
  #heldBytes = 0;
  #flyingBytes = 0;
  #next = 0;
  /** No message with a lower number is on its way. */
  #oldest = 0;

  /** `shared` is what all sessions may hold together. */
  constructor(shared: FairBudget) {
    this.#shared = shared;
  }

  /** Messages not yet acknowledged as a whole. */
  get pending(): number {
    return this.#waiting.length + this.#flying.size;
  }

  get hasNext(): boolean {
    const message = this.#waiting.first;
    return message !== undefined && (message.sent > 0 || this.#fits(message));
  }

  /** Queues a message and returns its number; undefined if a peer that does not acknowledge has filled the queue. */
  push(bytes: Uint8Array): number | undefined {
    const cost = bytes.length + OVERHEAD_BYTES;
    if (!this.#shared.take(this.#heldBytes, cost)) return undefined;
    this.#heldBytes += cost;
    const number = this.#next++;
    this.#waiting.push({ number, bytes, sent: 0, acknowledged: 0 });
    return number;
  }

  /** The next fragment for `room` bytes of frame, or undefined. */
  nextFragment(room: number): MessageFrame | undefined {
    const message = this.#waiting.first;
    if (message === undefined || (message.sent === 0 && !this.#fits(message))) return undefined;
    const left = message.bytes.length - message.sent;
    const length = Math.min(left, room - MESSAGE_FRAME_OVERHEAD);
    if (length < 0 || (length < left && length < MINIMUM_FRAGMENT)) return undefined;
    if (message.sent === 0) {
      this.#flying.add(message.number, message);
      this.#flyingBytes += message.bytes.length;
    }
    const offset = message.sent;
    message.sent += length;
    if (message.sent === message.bytes.length) this.#waiting.shift();
    const { number, bytes } = message;
    return {
      type: FrameType.message,
      number,
      total: bytes.length,
      offset,
      // Most messages are whole.
      bytes: length === bytes.length ? bytes : bytes.subarray(offset, offset + length),
    };
  }

  /** A fragment has arrived. True if that was the last one of its message. */
  acknowledged(frame: MessageFrame): boolean {
    const message = this.#flying.get(frame.number);
    if (message === undefined) return false;
    message.acknowledged += frame.bytes.length;
    if (message.acknowledged < message.bytes.length) return false;
    this.#flying.take(frame.number);
    this.#flyingBytes -= message.bytes.length;
    this.#give(message.bytes.length + OVERHEAD_BYTES);
    return true;
  }

  /** The session is over: gives back what it held. */
  clear(): void {
    this.#waiting.clear();
    this.#flying.takeAll();
    this.#give(this.#heldBytes);
  }

  #give(bytes: number): void {
    this.#shared.give(this.#heldBytes, bytes);
    this.#heldBytes -= bytes;
  }

  /** The window counts from the oldest unacknowledged message: the receiver tells repeated numbers by a bitmap. */
  #fits(message: OutgoingMessage): boolean {
    // Each number is passed once; an iterator would be made for each message.
    while (this.#oldest < message.number && this.#flying.get(this.#oldest) === undefined) this.#oldest++;
    return (
      message.number - this.#oldest < MESSAGE_WINDOW &&
      (this.#flyingBytes === 0 || this.#flyingBytes + message.bytes.length <= MESSAGE_WINDOW_BYTES)
    );
  }
}
