import type { RandomBytes } from '../crypto-suite.ts';
import type { Path } from '../path.ts';
import { addressBlock } from './address-block.ts';
import { Lottery } from './lottery.ts';
import { type BucketSettings, TokenBuckets } from './token-buckets.ts';

/** Handshakes are counted in windows of this length. */
const WINDOW_MS = 100;
/** More of them in a window, from everybody together, are load: about a third of a core. */
const CALM_PER_WINDOW = 100;
/** Under load, each proven address may start so many handshakes. */
const STARTS: BucketSettings = { ratePerMs: 0.05, burst: 20, most: 4_096 };
/**
 * And so many cookies each address and port gets for sure: as many as it can use, and those of whom it repeats. A cookie costs as much as reading five
 * packets.
 */
const COOKIES: BucketSettings = { ratePerMs: 0.05, burst: 40, most: 4_096 };
/** And so many all those together that have used theirs up, or in whose name somebody has: a tenth of a core. */
const DRAWN_COOKIES_PER_MS = 5;

/** Why an init is looked at: for what its address has left, or because it was drawn. */
export type Turn = 'own' | 'drawn';

/** Decides when a responder works only for addresses that have proven themselves, and how much for each. */
export class LoadGate {
  readonly #starts = new TokenBuckets(STARTS);
  readonly #cookies = new TokenBuckets(COOKIES);
  readonly #lottery: Lottery;
  #windowStart = 0;
  #count = 0;
  #previousCount = 0;

  constructor(random: RandomBytes) {
    this.#lottery = new Lottery(random, DRAWN_COOKIES_PER_MS);
  }

  /**
   * Whether an init without proof is looked at. In calm, each. Under load those within the budget of their address and port; past it chance decides,
   * since the address is not proven: whoever forges it would otherwise use up what its owner gets. Undefined: it is not worth its mac1.
   */
  turnOf(path: Path, now: number): Turn | undefined {
    if (!this.#isBusy() || !this.#cookies.isEmpty(nameOf(path), now)) return 'own';
    return this.#lottery.draw(now) ? 'drawn' : undefined;
  }

  /** Counts an init with a right mac1, with those that it stands for if it was drawn; true if the responder is under load. */
  arrive(turn: Turn, now: number): boolean {
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#previousCount = now - this.#windowStart < 2 * WINDOW_MS ? this.#count : 0;
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count += turn === 'drawn' ? this.#lottery.hit() : 1;
    return this.#isBusy();
  }

  /** Takes one handshake from the budget of an address; false if it is used up. */
  mayStart(host: string, now: number): boolean {
    return this.#starts.take(addressBlock(host), now);
  }

  /** A cookie goes to this address and port: its budget has one less, if there is any left. */
  proves(path: Path, now: number): void {
    this.#cookies.take(nameOf(path), now);
  }

  #isBusy(): boolean {
    return this.#count > CALM_PER_WINDOW || this.#previousCount > CALM_PER_WINDOW;
  }
}

const nameOf = ({ host, port }: Path): string => `${host} ${port}`;
