/** No holder may take more than this share of what is left (dynamic thresholds: Choudhury and Hahne, 1998). */
const SHARE_OF_FREE = 1 / 8;

export interface FairBudgetLimits {
  /** Bytes that all hold together at most. */
  readonly total: number;
  /** Bytes that one holds at most. */
  readonly each: number;
  /** Bytes that every holder shall be assured of, as far as half of `total` goes round. */
  readonly wanted: number;
  /** Holders at most. */
  readonly holders: number;
}

/**
 * Bytes that many may hold together: each so many at most, fewer when little is left, but always `assured`.
 * What is assured is set aside for every holder there may be; only the rest is shared out, so all together hold no more
 * than `total`.
 */
export class FairBudget {
  /** Bytes that a holder gets however much the others hold. */
  readonly assured: number;
  readonly #total: number;
  readonly #each: number;
  readonly #shared: number;
  /** Bytes held beyond what is assured to their holders. */
  #borrowed = 0;
  #used = 0;

  constructor({ total, each, wanted, holders }: FairBudgetLimits) {
    this.assured = Math.min(wanted, Math.floor(total / 2 / holders));
    this.#total = total;
    this.#each = each;
    this.#shared = total - this.assured * holders;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether somebody who holds `held` may take `bytes` now. */
  allows(held: number, bytes: number): boolean {
    const share = Math.min(this.#each, (this.#shared - this.#borrowed) * SHARE_OF_FREE);
    return held + bytes <= Math.max(this.assured, share) && this.#used + bytes <= this.#total;
  }

  /** Takes `bytes` for somebody who holds `held`; false, and nothing is taken, if that is more than the share. */
  take(held: number, bytes: number): boolean {
    if (!this.allows(held, bytes)) return false;
    this.#used += bytes;
    this.#borrowed += this.#beyond(held + bytes) - this.#beyond(held);
    return true;
  }

  /** Gives `bytes` back of the `held` that somebody holds. */
  give(held: number, bytes: number): void {
    this.#used -= bytes;
    this.#borrowed -= this.#beyond(held) - this.#beyond(held - bytes);
  }

  #beyond(held: number): number {
    return Math.max(0, held - this.assured);
  }
}
