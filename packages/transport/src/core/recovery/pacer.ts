import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';

/** Timers fire no finer than this, so that this much time's worth leaves at once. */
const BUCKET_MS = 2;
/** A loop that comes late, though something waited to leave, may make up for this much. */
const MAX_LATE_MS = 10;
const MINIMUM_BURST: number = 16 * MAX_DATAGRAM_BYTES;

/**
 * Token bucket that spreads packets over the round trip in steps of a millisecond or two.
 *
 * What a quiet sender may send at once is small. What a sender may send that was held back and is then woken late is what it
 * would have sent meanwhile: otherwise every late timer takes from the rate.
 */
export class Pacer {
  #budget = MINIMUM_BURST;
  #at = 0;
  /** When the packet that was held back may leave; infinite if none is. */
  #due = Number.POSITIVE_INFINITY;

  /** When the next packet may leave; `now` if it may at once. `rate` in bytes per ms. */
  readyAt(rate: number, now: number): number {
    if (!Number.isFinite(rate)) return now;
    const late = Math.max(0, Math.min(now - this.#due, MAX_LATE_MS));
    const burst = Math.max(MINIMUM_BURST, rate * (BUCKET_MS + late));
    this.#budget = Math.min(Math.max(burst, this.#budget), this.#budget + Math.max(0, now - this.#at) * rate);
    this.#at = now;
    if (this.#budget >= MAX_DATAGRAM_BYTES) {
      this.#due = Number.POSITIVE_INFINITY;
      return now;
    }
    this.#due = now + Math.max(1, (MAX_DATAGRAM_BYTES - this.#budget) / rate);
    return this.#due;
  }

  onSent(bytes: number): void {
    this.#budget -= bytes;
  }

  /** Nothing waits any more. */
  onIdle(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }
}
