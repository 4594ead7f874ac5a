const TWO_32 = 4_294_967_296;

/** One step of splitmix32: spreads a small seed over all bits. */
function splitmix32(state: number): number {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/**
 * A seeded generator: xoshiro128** (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2018),
 * its 128-bit state filled from the seed by splitmix32. Period 2^128 − 1. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed an integer; its lowest 32 bits count. */
  constructor(seed: number) {
    const s = seed | 0;
    this.#a = splitmix32(s);
    this.#b = splitmix32(s + 0x9e3779b9);
    this.#c = splitmix32(s + 2 * 0x9e3779b9);
    this.#d = splitmix32(s + 3 * 0x9e3779b9) | 1; // never all zero
  }

  /** 0 … 2^32 − 1. */
  next32(): number {
    const b = this.#b;
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const t = b << 9;
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b = b ^ this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** [0, 1), in steps of 2^−32. */
  float(): number {
    return this.next32() / TWO_32;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** [low, high). */
  between(low: number, high: number): number {
    return low + this.float() * (high - low);
  }

  /** True with the given probability; draws nothing when it is 0. */
  chance(probability: number): boolean {
    return probability > 0 && this.float() < probability;
  }

  /** Exponentially distributed with the given mean (waiting times between independent events). */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.below(items.length)]!;
  }

  /** An independent generator; what one part of a test draws then never shifts what another part draws. */
  fork(): Random {
    return new Random(this.next32());
  }
}
