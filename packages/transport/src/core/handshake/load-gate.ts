import type { Path } from '../path.ts';
import { addressBlock } from './address-block.ts';
import { type BucketSettings, TokenBuckets } from './token-buckets.ts';

/** Handshakes are counted in windows of this length. */
const WINDOW_MS = 100;
/** More of them in a window, from everybody together, are load: about a third of a core. */
const CALM_PER_WINDOW = 100;
/** Under load, each proven address may start so many handshakes. */
const STARTS: BucketSettings = { ratePerMs: 0.05, burst: 20, most: 4_096 };
/** And so many cookies it gets: as many as it can use, and those of whom it repeats. A cookie costs as much as reading five packets. */
const COOKIES: BucketSettings = { ratePerMs: 0.05, burst: 40, most: 4_096 };

/** Decides when a responder works only for addresses that have proven themselves, and how much for each. */
export class LoadGate {
  readonly #starts = new TokenBuckets(STARTS);
  readonly #cookies = new TokenBuckets(COOKIES);
  #windowStart = 0;
  #count = 0;
  #previousCount = 0;

  /** Counts an init with a right mac1, or one that is not worth looking at; true if the responder is under load. */
  arrive(now: number): boolean {
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#previousCount = now - this.#windowStart < 2 * WINDOW_MS ? this.#count : 0;
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#isBusy();
  }

  /** Takes one handshake from the budget of an address; false if it is used up. */
  mayStart(host: string, now: number): boolean {
    return this.#starts.take(addressBlock(host), now);
  }

  /**
   * Takes one cookie from the budget of an address and port; false if it is used up. The port counts because the address is not proven: whoever
   * forges it would otherwise use up what its owner gets.
   */
  mayProve(path: Path, now: number): boolean {
    return this.#cookies.take(nameOf(path), now);
  }

  /** Whether an init without a cookie from there gets none, and need not even be checked. */
  ignores(path: Path, now: number): boolean {
    return this.#isBusy() && this.#cookies.isEmpty(nameOf(path), now);
  }

  #isBusy(): boolean {
    return this.#count > CALM_PER_WINDOW || this.#previousCount > CALM_PER_WINDOW;
  }
}

const nameOf = ({ host, port }: Path): string => `${host} ${port}`;
