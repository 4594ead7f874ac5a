import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';

/** Timers fire no finer than this, so that this much time's worth leaves at once. */
const BUCKET_MS = 2;
const MINIMUM_BURST: number = 16 * MAX_DATAGRAM_BYTES;

/** Token bucket that spreads packets over the round trip in steps of about a millisecond. */
export class Pacer {
  #budget = MINIMUM_BURST;
  #at = 0;

  /** When the next packet may leave; `now` if it may at once. `rate` in bytes per ms. */
  readyAt(rate: number, now: number): number {
    if (!Number.isFinite(rate)) return now;
    const burst = Math.max(MINIMUM_BURST, rate * BUCKET_MS);
    this.#budget = Math.min(burst, this.#budget + Math.max(0, now - this.#at) * rate);
    this.#at = now;
    return this.#budget >= MAX_DATAGRAM_BYTES ? now : now + Math.max(1, (MAX_DATAGRAM_BYTES - this.#budget) / rate);
  }

  onSent(bytes: number): void {
    this.#budget -= bytes;
  }
}
