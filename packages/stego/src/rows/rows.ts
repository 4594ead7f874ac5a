import type { FixedBits } from '../cover/fixed-bits.ts';
import type { BitWriter } from '../deflate/bit-writer.ts';

/** Consecutive rows of a compiled cover, and what they shall carry. */
export interface Rows {
  readonly width: number;
  /** Bytes per pixel, the carrying one last. */
  readonly step: number;
  /** Per literal: code length (at most 15) << 16 | code. */
  readonly codes: Int32Array;
  /** Filter type of each row of the cover: none or sub in the first, above which no row need stand. */
  readonly filters: Uint8Array;
  readonly fixed: FixedBits;
  /** The rows of the cover: `count` of them from `from` on. */
  readonly from: number;
  readonly count: number;
  /** What the whole picture carries: `bits` bits per pixel, in a carrying byte that is otherwise `floor`. */
  readonly container: Uint8Array;
  readonly bits: number;
  readonly floor: number;
  /** The first pixel of the rows in the picture. */
  readonly at: number;
}

/** Part of the carrying bytes in an Adler-32 (see `Stretch`), positions counted from the first row's filter byte. */
export interface CarriedSums {
  readonly sum: number;
  readonly moment: number;
}

export interface RowWriter {
  /**
   * Writes the deflate codes of rows: for each its first piece, then pixel by pixel the code of the carrying byte's residual
   * and the piece after it. At most {@link batchRows} of them. The bytes of `writer` have room for a word more.
   */
  readonly write: (writer: BitWriter, rows: Rows) => CarriedSums;
  /** Memory in which it writes without copying; what stands there lasts until the next picture. */
  readonly page: Uint8Array;
}

const largestBatch = 1 << 16;
const largestHeight = 1 << 14;

/** So many rows can be written at once: what belongs to them fits into the memory set aside for it, their sums into a double. */
export function batchRows(width: number): number {
  return Math.min(largestHeight, Math.max(1, Math.floor(largestBatch / width)));
}

/** Pixels whose symbols are needed for rows: with the row above, and from where the symbols begin with a whole byte. */
export function carriedRange({ width, count, at }: Rows): {
  readonly first: number;
  readonly end: number;
} {
  return { first: Math.max(0, at - width) & ~7, end: at + width * count };
}
