/**
 * An answer is waited for awake if it may be here so soon, in ms. To fall asleep and be woken costs two processors some 25 µs each, and message
 * and echo between two processes of one machine take 17 µs when both are awake, 76 when neither is.
 */
export const SOON_MS = 0.1;
/** So long at most: one side that is interrupted for a moment does not send the other one to sleep. */
export const VIGIL_MS: number = 2 * SOON_MS;
/** Vigils that did not pay, more than those that did, after which most are left out, and every how many is kept all the same. */
const CREDIT = 8;
const TRY_EVERY = 32;
/** After so many vigils it is looked whether others wanted the processor, more often than once in four. */
export const VIGILS_AT_A_TIME = 16;
const CROWDED: number = VIGILS_AT_A_TIME / 4;
/** Then none is kept for a while, twice as long each time in a row. */
const FIRST_REST_MS = 4;
export const LONGEST_REST_MS = 512;

const switchesOfProcess = (): number => process.resourceUsage().involuntaryContextSwitches;

/**
 * Decides whether to stay awake for an answer that may come at once: only while that mostly pays, and nobody else has a use for the processor.
 * Where processors are busy, to sleep is cheap, and who waits awake keeps others from their work, perhaps the one who is to answer. Times in ms of
 * one monotonic clock.
 */
export class Vigil {
  readonly #switches: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  #credit = CREDIT;
  #leftOut = 0;
  #kept = 0;
  #switchesBefore = 0;
  #restMs = FIRST_REST_MS;
  #restsUntil = Number.NEGATIVE_INFINITY;

  /** @param switches how often this process has had to leave a processor to others so far */
  constructor(switches: () => number = switchesOfProcess) {
    this.#switches = switches;
  }

  /** Something was asked that may be answered so soon, in ms; infinite if nothing was. Whether a vigil is kept. */
  begin(answerMs: number, now: number): boolean {
    if (!(answerMs < SOON_MS) || now < this.#restsUntil || !this.#mayPay() || this.#isCrowded(now)) return false;
    this.#until = now + VIGIL_MS;
    // What is asked meanwhile makes it longer, and no better.
    if (this.#since === Number.NEGATIVE_INFINITY) this.#since = now;
    return true;
  }

  /** Something has come. */
  end(now: number): void {
    if (this.#since === Number.NEGATIVE_INFINITY) return;
    this.#credit = now - this.#since <= SOON_MS ? Math.min(CREDIT, this.#credit + 1) : Math.max(0, this.#credit - 1);
    this.#since = Number.NEGATIVE_INFINITY;
  }

  /** Whether the vigil goes on. */
  lasts(now: number): boolean {
    if (this.#since === Number.NEGATIVE_INFINITY) return false;
    if (now <= this.#until) return true;
    this.end(now);
    return false;
  }

  #mayPay(): boolean {
    if (this.#credit > 0) return true;
    this.#leftOut = (this.#leftOut + 1) % TRY_EVERY;
    return this.#leftOut === 0;
  }

  /** Counts this vigil, and whether the last ones kept others from a processor. */
  #isCrowded(now: number): boolean {
    if (this.#kept++ === 0) this.#switchesBefore = this.#switches();
    if (this.#kept <= VIGILS_AT_A_TIME) return false;
    this.#kept = 0;
    if (this.#switches() - this.#switchesBefore <= CROWDED) {
      this.#restMs = FIRST_REST_MS;
      return false;
    }
    this.#restsUntil = now + this.#restMs;
    this.#restMs = Math.min(LONGEST_REST_MS, 2 * this.#restMs);
    return true;
  }
}
