/** Largest prime below 2^16: the modulus of Adler-32 (RFC 1950 section 8.2). */
export const adlerModulus = 65521;

export const adlerLength = 4;

/** The two running sums of an Adler-32. */
export interface Adler {
  readonly a: number;
  readonly b: number;
}

export function modulo(value: number): number {
  const rest = value % adlerModulus;
  return rest < 0 ? rest + adlerModulus : rest;
}

/**
 * Adler-32 kept for a stretch of bytes d(0) … d(n − 1): `sum` = Σ d(i) and `moment` = Σ d(i) · i, both modulo 65521.
 * From these the checksum of the whole follows without reading the bytes again.
 */
export interface Stretch {
  readonly length: number;
  readonly sum: number;
  readonly moment: number;
}

/** The stretch made of two that follow each other. */
export function joinStretches(first: Stretch, second: Stretch): Stretch {
  const sum = modulo(second.sum);
  return {
    length: first.length + second.length,
    sum: modulo(first.sum + sum),
    moment: modulo(first.moment + modulo(second.moment) + modulo(first.length) * sum),
  };
}

/** The Adler-32 of what `start` covers followed by the stretch. */
export function extendAdler(start: Adler, stretch: Stretch): Adler {
  return amendAdler({ a: start.a, b: modulo(start.b + modulo(stretch.length) * start.a) }, stretch);
}

/** Inverse of {@link extendAdler}: the Adler-32 before the stretch. */
export function retractAdler(end: Adler, { length, sum, moment }: Stretch): Adler {
  const { a, b } = amendAdler(end, { length, sum: -sum, moment: -moment });
  return { a, b: modulo(b - modulo(length) * a) };
}

/** The Adler-32 after the stretch at its end has changed by these differences, its length staying the same. */
export function amendAdler({ a, b }: Adler, { length, sum, moment }: Stretch): Adler {
  // d(i) stands in a from i on, and b adds up a: so d(i) counts n − i times in b.
  return { a: modulo(a + sum), b: modulo(b + modulo(length) * modulo(sum) - modulo(moment)) };
}

export const emptyAdler: Adler = { a: 1, b: 0 };

export function adlerBytes({ a, b }: Adler): Uint8Array {
  return Uint8Array.of(b >>> 8, b, a >>> 8, a);
}

/** Reads the 4 bytes at `at`. */
export function readAdler(bytes: Uint8Array, at: number): Adler {
  return { a: (bytes[at + 2]! << 8) | bytes[at + 3]!, b: (bytes[at]! << 8) | bytes[at + 1]! };
}
