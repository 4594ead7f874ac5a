import type { RoundTrip } from './round-trip.ts';

const MINIMUM_REORDER_MS = 1;
const MAX_REORDER_STEPS = 8;
/** Round trips without a spurious loss after which the reordering window narrows again (RFC 8985, section 7.2). */
const REORDER_PERSISTENCE = 16;

/** Which packets are late enough to count as lost: RACK with an adaptive reordering window (RFC 8985). Times in ms. */
export class Rack {
  /** Sending time of the newest packet known to have arrived, and its round trip. */
  #sentAt = -1;
  #number = -1;
  #roundTripMs = 0;
  #steps = 1;
  #calmRounds = 0;
  #roundEnd = 0;

  /** The newest packet of an acknowledgement; `nextNumber` is that of the next one to be sent. */
  onAcked(number: number, sentAt: number, nextNumber: number, now: number): void {
    if (sentAt >= this.#sentAt) {
      this.#sentAt = sentAt;
      this.#number = Math.max(this.#number, number);
      this.#roundTripMs = now - sentAt;
    }
    if (number < this.#roundEnd) return;
    this.#roundEnd = nextNumber;
    if (++this.#calmRounds < REORDER_PERSISTENCE) return;
    this.#calmRounds = 0;
    this.#steps = Math.max(1, this.#steps - 1);
  }

  /** A packet that was declared lost has arrived after all: reordering is wider than thought. */
  onSpuriousLoss(): void {
    this.#steps = Math.min(MAX_REORDER_STEPS, this.#steps + 1);
    this.#calmRounds = 0;
  }

  /** How long after its sending a packet counts as lost, if it was sent before the newest one that has arrived. */
  patience(roundTrip: RoundTrip): number {
    // Never below the turn of a loop that reads one socket after the other.
    const step = Math.max(MINIMUM_REORDER_MS, roundTrip.minimum / 4);
    return this.#roundTripMs + Math.max(step, Math.min(this.#steps * step, roundTrip.smoothed));
  }

  /** Whether the packet was sent after all that are known to have arrived. */
  isNewer(number: number, sentAt: number): boolean {
    return sentAt > this.#sentAt || (sentAt === this.#sentAt && number > this.#number);
  }
}
