import type { BitWriter } from '../deflate/bit-writer.ts';
import { scriptRowWriter } from './script-rows.ts';
import { makeWasmRowWriter } from './wasm-rows.ts';

/** Consecutive rows of a compiled cover, and what they shall carry. */
export interface Rows {
  readonly width: number;
  /** Bytes per pixel, the carrying one last. */
  readonly step: number;
  /** Per literal: code length (at most 15) << 16 | code. */
  readonly codes: Int32Array;
  /** Filter type of each row: none or sub where no row stands above. */
  readonly filters: Uint8Array;
  /** The codes of the fixed bytes: those of the rows out of `FixedBits`. */
  readonly pieces: Uint32Array;
  readonly extraPieces: Uint32Array;
  /** The carrying bytes of the picture; those of the first of the rows start at `at`. */
  readonly plane: Uint8Array;
  readonly at: number;
}

/** Part of the carrying bytes in an Adler-32 (see `Stretch`), positions counted from the first row's filter byte. */
export interface CarriedSums {
  readonly sum: number;
  readonly moment: number;
}

/**
 * Writes the deflate codes of rows: for each its filter type, then pixel by pixel the ready bits of the fixed bytes and
 * the code of the carrying byte's residual. At most {@link largestBatch} pixels, or one row.
 */
export type RowWriter = (writer: BitWriter, rows: Rows) => CarriedSums;

/** So many pixels with what belongs to them fit into the second-level cache, and their sums into a double. */
export const largestBatch: number = 1 << 14;

let chosen: RowWriter | undefined;

/** The fastest writer that runs here: WebAssembly may be switched off. */
export const writeRows: RowWriter = (writer, rows) => {
  chosen ??= makeWasmRowWriter() ?? scriptRowWriter;
  return chosen(writer, rows);
};
