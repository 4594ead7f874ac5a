/** No holder may take more than this share of what is left (dynamic thresholds: Choudhury and Hahne, 1998). */
const SHARE_OF_FREE = 1 / 8;

/** Bytes that many may hold together: each so many at most, fewer when little is left, but always `assured`. */
export class FairBudget {
  readonly #total: number;
  readonly #each: number;
  readonly #assured: number;
  #used = 0;

  constructor(limits: { readonly total: number; readonly each: number; readonly assured: number }) {
    this.#total = limits.total;
    this.#each = limits.each;
    this.#assured = limits.assured;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes `bytes` for somebody who holds `held`; false, and nothing is taken, if that is more than the share. */
  take(held: number, bytes: number): boolean {
    const share = Math.min(this.#each, (this.#total - this.#used) * SHARE_OF_FREE);
    if (held + bytes > Math.max(this.#assured, share)) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
