/**
 * How long to wait for the first sign of a request before it is sent again: the smoothed time of earlier ones and four times its deviation
 * (RFC 6298). A fixed time is too short just when all are busy: servers are then asked for more than they can do because they are slow.
 */
export class ResponseTime {
  readonly #leastMs: number;
  readonly #mostMs: number;
  #smoothed: number | undefined;
  #deviation = 0;

  /** Waits from `leastMs`, which it begins with, to `mostMs`. */
  constructor(leastMs: number, mostMs: number) {
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
  }

  get patienceMs(): number {
    const expected = (this.#smoothed ?? 0) + 4 * this.#deviation;
    return Math.min(this.#mostMs, Math.max(this.#leastMs, expected));
  }

  /** A request that was sent once got its first sign after so long. Of one sent again nobody knows what was answered (Karn). */
  came(ms: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ms;
      this.#deviation = ms / 2;
      return;
    }
    this.#deviation += (Math.abs(ms - this.#smoothed) - this.#deviation) / 4;
    this.#smoothed += (ms - this.#smoothed) / 8;
  }
}
