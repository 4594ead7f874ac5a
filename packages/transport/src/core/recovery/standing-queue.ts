/** Slightly below the estimate, so that the queue of somebody who does not give way gets no longer through us. */
export const PACING_MARGIN = 0.99;
/** A round trip shows a queue when all of a round are above the minimum by this factor, and by what late loops add, in ms. */
const QUEUE_GROWTH = 1.25;
const LATE_LOOP_MS = 3;
/** What may stand: enough that the line never waits for a late timer. */
const TARGET_MS = 2;
/** Round trips in which what stands above that is to be gone; a probe comes after twice as many. */
const DRAIN_ROUNDS = 3.5;
const LEAST_PACE = 0.75;
/** Rounds after which it is clear that somebody else keeps the queue up. */
const PATIENCE_ROUNDS = 24;

/**
 * How much below the estimated rate a flow paces so that a queue does not stand.
 *
 * Rates are overestimated: acknowledgements come in batches, and each of several flows takes what its own probe found for its share. A queue then
 * stands that nobody drains; it hides the path's round trip from whoever comes later, and in a full queue a probe finds nothing, so that shares
 * stay as unfair as they began. All flows see the same queue, so that all give way by the same share. Whoever meets a flow that
 * never does (as Copa tells it: the queue is never gone for a long time; Arun and Balakrishnan, NSDI 2018) stops giving way, and
 * starts again when the queue has been gone.
 */
export class StandingQueue {
  #pace = PACING_MARGIN;
  #rounds = 0;

  /** What to multiply the estimated rate by, 0.75 … 1. */
  get pace(): number {
    return this.#rounds > PATIENCE_ROUNDS ? PACING_MARGIN : this.#pace;
  }

  /**
   * Takes the least round trip of a round and the least known, in ms. True if the round shows a queue.
   */
  onRound(roundTrip: number, minimum: number): boolean {
    const excess = roundTrip - minimum - TARGET_MS;
    this.#pace = Math.max(LEAST_PACE, Math.min(1, 1 - excess / (DRAIN_ROUNDS * minimum)));
    const shown = roundTrip > minimum * QUEUE_GROWTH + LATE_LOOP_MS;
    this.#rounds = shown ? this.#rounds + 1 : 0;
    return shown;
  }
}
