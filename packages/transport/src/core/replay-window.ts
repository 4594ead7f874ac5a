/**
 * Sliding bitmap of numbers seen (RFC 6479): O(1), moves by whole words, so nothing is shifted.
 *
 * `isFresh` and `mark` are apart: a number counts as seen only after its packet has been opened.
 */
export class ReplayWindow {
  readonly #words: Uint32Array;
  /** Numbers at most this far below the highest are told apart; older ones are never fresh. */
  readonly #span: number;
  #highest = -1;

  /** `bits` is a power of two, at least 64; the window covers `bits` − 32. */
  constructor(bits: number) {
    this.#words = new Uint32Array(bits / 32);
    this.#span = bits - 32;
  }

  get highest(): number {
    return this.#highest;
  }

  isFresh(number: number): boolean {
    if (number > this.#highest) return true;
    if (number <= this.#highest - this.#span) return false;
    const word = this.#words[Math.floor(number / 32) % this.#words.length]!;
    return ((word >>> (number % 32)) & 1) === 0;
  }

  mark(number: number): void {
    const size = this.#words.length;
    const index = Math.floor(number / 32);
    if (number > this.#highest) {
      const current = Math.floor(this.#highest / 32);
      const steps = Math.min(index - current, size);
      for (let i = 1; i <= steps; i++) this.#words[(current + i + size) % size] = 0;
      this.#highest = number;
    }
    const slot = index % size;
    this.#words[slot] = this.#words[slot]! | (1 << (number % 32));
  }
}
