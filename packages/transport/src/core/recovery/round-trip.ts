/** Clock granularity of timers in milliseconds (RFC 9002, kGranularity). */
const GRANULARITY_MS = 1;

/** Round-trip estimate of RFC 9002, section 5, in milliseconds. */
export class RoundTrip {
  #smoothed: number;
  #variation: number;
  #minimum = Number.POSITIVE_INFINITY;
  #latest: number;
  #sampled = false;

  constructor(initialMs: number) {
    this.#smoothed = initialMs;
    this.#variation = initialMs / 2;
    this.#latest = initialMs;
  }

  get sampled(): boolean {
    return this.#sampled;
  }

  get smoothed(): number {
    return this.#smoothed;
  }

  get latest(): number {
    return this.#latest;
  }

  /** How soon an answer may be here as things are now: whatever was once near does not stay so for ever. */
  get soonest(): number {
    return Math.min(this.#latest, this.#smoothed);
  }

  get minimum(): number {
    return this.#sampled ? this.#minimum : this.#smoothed;
  }

  /** Smoothed round trip plus four deviations: how long an answer may reasonably take. */
  get timeout(): number {
    return this.#smoothed + Math.max(4 * this.#variation, GRANULARITY_MS);
  }

  sample(roundTripMs: number, ackDelayMs: number): void {
    this.#latest = roundTripMs;
    this.#minimum = Math.min(this.#minimum, roundTripMs);
    const adjusted = roundTripMs - ackDelayMs >= this.#minimum ? roundTripMs - ackDelayMs : roundTripMs;
    if (!this.#sampled) {
      this.#sampled = true;
      this.#smoothed = adjusted;
      this.#variation = adjusted / 2;
      return;
    }
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - adjusted);
    this.#smoothed = 0.875 * this.#smoothed + 0.125 * adjusted;
  }
}
