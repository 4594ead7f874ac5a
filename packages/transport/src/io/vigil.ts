/**
 * An answer is waited for awake if it may be here so soon, in ms. To fall asleep and be woken costs two processors some 25 µs each, and message
 * and echo between two processes of one machine take 17 µs when both are awake, 76 when neither is.
 */
export const SOON_MS = 0.1;
/** So long at most: one side that is interrupted for a moment does not send the other one to sleep. */
export const VIGIL_MS: number = 2 * SOON_MS;
/** Vigils in vain, more than those that paid, after which most are left out, and every how many is kept all the same. */
const CREDIT = 8;
const TRY_EVERY = 32;

/**
 * Decides whether to stay awake for an answer that may come at once: only as long as that mostly pays, so that a peer that answers late, or whose
 * machine is busy, costs no time. Times in ms of one monotonic clock.
 */
export class Vigil {
  #since = Number.NEGATIVE_INFINITY;
  #credit = CREDIT;
  #leftOut = 0;

  /** Something was asked that may be answered so soon, in ms; infinite if nothing was. Whether a vigil is kept. */
  begin(answerMs: number, now: number): boolean {
    if (answerMs >= SOON_MS) return false;
    if (this.#credit === 0) {
      this.#leftOut = (this.#leftOut + 1) % TRY_EVERY;
      if (this.#leftOut !== 0) return false;
    }
    this.#since = now;
    return true;
  }

  /** Something has come. */
  end(now: number): void {
    if (this.#since === Number.NEGATIVE_INFINITY) return;
    const pays = now - this.#since <= SOON_MS;
    this.#credit = pays ? Math.min(CREDIT, this.#credit + 1) : Math.max(0, this.#credit - 1);
    this.#since = Number.NEGATIVE_INFINITY;
  }

  /** Whether the vigil goes on. */
  lasts(now: number): boolean {
    if (now - this.#since <= VIGIL_MS) return true;
    this.end(now);
    return false;
  }
}
