/** Largest prime below 2^16: the modulus of Adler-32 (RFC 1950 section 8.2). */
export const adlerModulus = 65521;

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

/** The Adler-32 of what `start` covers followed by the stretch. */
export function extendAdler(start: Adler, { length, sum, moment }: Stretch): Adler {
  // b grows by a at each step, and d(i) stays in a for n − i of them.
  return { a: modulo(start.a + sum), b: modulo(start.b + modulo(length) * start.a + modulo(length) * sum - moment) };
}

/** Inverse of {@link extendAdler}: the Adler-32 before the stretch. */
export function retractAdler(end: Adler, { length, sum, moment }: Stretch): Adler {
  const a = modulo(end.a - sum);
  return { a, b: modulo(end.b - modulo(length) * a - modulo(length) * sum + moment) };
}

export const emptyAdler: Adler = { a: 1, b: 0 };

export function adlerBytes({ a, b }: Adler): Uint8Array {
  return Uint8Array.of(b >>> 8, b, a >>> 8, a);
}

/** Reads the 4 bytes at `at`. */
export function readAdler(bytes: Uint8Array, at: number): Adler {
  return { a: (bytes[at + 2]! << 8) | bytes[at + 3]!, b: (bytes[at]! << 8) | bytes[at + 1]! };
}
