/** Rounds that one of the two halves of the memory covers. */
const ROUNDS = 10;

/**
 * How much more is acknowledged at a time than the rate explains (draft-ietf-ccwg-bbr, section 5.5.9): what loops and links gather
 * into batches is in flight on top of what fills the path, and a window without room for it stands still until the next batch comes.
 */
export class AckBatches {
  /** Largest of the last and of the running `ROUNDS`. */
  #extra: [number, number] = [0, 0];
  #rounds = 0;
  #since = 0;
  #acked = 0;

  /** Bytes. */
  get largest(): number {
    return Math.max(this.#extra[0], this.#extra[1]);
  }

  /** @param rate bytes per ms */
  onAck(bytes: number, rate: number, now: number): void {
    let expected = rate * (now - this.#since);
    if (this.#acked <= expected) {
      this.#since = now;
      this.#acked = 0;
      expected = 0;
    }
    this.#acked += bytes;
    this.#extra[1] = Math.max(this.#extra[1], this.#acked - expected);
  }

  endRound(): void {
    if (++this.#rounds < ROUNDS) return;
    this.#rounds = 0;
    this.#extra = [this.#extra[1], 0];
  }
}
