import { addressBlock } from './address-block.ts';

/** Handshakes are counted in windows of this length. */
const WINDOW_MS = 100;
/** More of them in a window, from everybody together, are load: about a third of a core. */
const CALM_PER_WINDOW = 100;
/** Under load, each proven address may start so many per second, with so many at once. */
const RATE_PER_MS = 0.05;
const BURST = 20;
const MAX_ADDRESSES = 4_096;

interface Bucket {
  tokens: number;
  at: number;
}

/** Decides when a responder works only for addresses that have proven themselves, and how much for each. */
export class LoadGate {
  readonly #buckets = new Map<string, Bucket>();
  #windowStart = 0;
  #count = 0;
  #previousCount = 0;

  /** Counts an init with a right mac1; true if the responder is under load. */
  arrive(now: number): boolean {
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#previousCount = now - this.#windowStart < 2 * WINDOW_MS ? this.#count : 0;
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#count > CALM_PER_WINDOW || this.#previousCount > CALM_PER_WINDOW;
  }

  /** Takes one handshake from the budget of an address; false if it is used up. */
  allow(host: string, now: number): boolean {
    const block = addressBlock(host);
    let bucket = this.#buckets.get(block);
    if (bucket === undefined) {
      const oldest = this.#buckets.keys().next().value;
      if (this.#buckets.size >= MAX_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
      bucket = { tokens: BURST, at: now };
      this.#buckets.set(block, bucket);
    }
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) * RATE_PER_MS);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
