import type { RandomBytes } from '../crypto-suite.ts';

/** Short, since the first of a flood finds the chance whole. */
const WINDOW_MS = 20;
const DRAWS_AT_ONCE = 256;
const DRAW_RANGE = 65_536;
/** Below it the estimate of how many come would hang on single draws. */
const LEAST_CHANCE = 1 / 1_024;

/**
 * Bounded work for packets that anybody may have forged: which of them is looked at is left to chance, so that nobody can be before an honest one.
 * The chance falls with the number of those that turned out to be worth it, which is known from those that were drawn.
 */
export class Lottery {
  readonly #random: RandomBytes;
  /** About so many of a window are worth it and drawn. */
  readonly #perWindow: number;
  #draws: Uint8Array = new Uint8Array(0);
  #nextDraw = 0;
  #windowStart = 0;
  #chance = 1;
  /** Of this window: those worth it that were drawn, and how many such have come, as far as those tell. */
  #hits = 0;
  #worthy = 0;

  constructor(random: RandomBytes, ratePerMs: number) {
    this.#random = random;
    this.#perWindow = ratePerMs * WINDOW_MS;
  }

  /** Whether this one is looked at. */
  draw(now: number): boolean {
    if (now - this.#windowStart >= WINDOW_MS) this.#turn(now);
    return this.#chance === 1 || this.#next() < this.#chance * DRAW_RANGE;
  }

  /** The one just drawn was worth it. Returns how many such it stands for. */
  hit(): number {
    const stands = 1 / this.#chance;
    this.#worthy += stands;
    this.#hits++;
    // More have come than the window before let expect: a sudden flood costs no more than the work of some windows.
    if (this.#hits % this.#perWindow === 0) this.#chance = Math.max(LEAST_CHANCE, this.#chance / 2);
    return stands;
  }

  #turn(now: number): void {
    const expected = now - this.#windowStart < 2 * WINDOW_MS ? this.#worthy : 0;
    this.#chance = Math.max(LEAST_CHANCE, Math.min(1, this.#perWindow / expected));
    this.#windowStart = now;
    this.#hits = 0;
    this.#worthy = 0;
  }

  #next(): number {
    if (this.#nextDraw >= this.#draws.length) {
      this.#draws = this.#random(DRAWS_AT_ONCE * 2);
      this.#nextDraw = 0;
    }
    const low = this.#draws[this.#nextDraw++]!;
    return low + this.#draws[this.#nextDraw++]! * 256;
  }
}
