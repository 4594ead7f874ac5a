/**
 * How long to wait for a message that is usually there soon, before acting without it: the smoothed delay and four times its deviation, as
 * TCP waits for an acknowledgement (RFC 6298). A fixed time would be too short just when all are busy: servers would then do each
 * other's work twice, and be busier still.
 */
export class Patience {
  readonly #leastMs: number;
  readonly #mostMs: number;
  #smoothed = 0;
  #deviation = 0;

  /** Waits from `leastMs`, which it begins with, to `mostMs`. */
  constructor(leastMs: number, mostMs: number) {
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
  }

  get ms(): number {
    return Math.min(this.#mostMs, Math.max(this.#leastMs, this.#smoothed + 4 * this.#deviation));
  }

  /** The message came after so long. */
  came(ms: number): void {
    this.#deviation += (Math.abs(ms - this.#smoothed) - this.#deviation) / 4;
    this.#smoothed += (ms - this.#smoothed) / 8;
  }
}
