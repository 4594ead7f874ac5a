import type { FixedBits } from '../cover/fixed-bits.ts';
import { instantiate, type ModuleMemory } from '../wasm/instantiate.ts';
import { carriedRange, type Rows, type RowWriter } from './rows.ts';
import { rowsModule } from './rows-module.ts';

/** Layout of the memory: see `rows.wat`. */
const heldAt = 0;
const heldBitsAt = 4;
const sumsAt = 16;
const codesAt = 64;
const narrowCodesAt = 0x5c0;
const narrowLengthsAt = 0x5d0;
const narrowFactorsAt = 0x5e0;
const narrowTopsAt = 0x5f0;
const filtersAt = 0x1000;
const carriedAt = 0x20000;
const containerAt = 0x50000;
const countsAt = 0x70000;
const extraCountsAt = 0xa0000;
const tailsAt = 0x100000;
const piecesAt = 0x130000;
const extraPiecesAt = 0x230000;
const pageAt = 0x430000;

/** Residuals of so many bits, with their sign, have short tables where their codes have at most {@link narrowLength}. */
const narrowBits = 3;
const narrowLength = 8;

interface RowsExports {
  readonly memory: ModuleMemory;
  readonly spread: (pixels: number, bits: number, floor: number) => void;
  readonly writeRows: (rows: number, width: number, step: number, row: number, out: number, narrow: boolean) => number;
}

/** The {@link RowWriter} of `rows.wat`, or undefined where WebAssembly is missing or forbidden. */
export function makeWasmRowWriter(): RowWriter | undefined {
  const exports = instantiate(rowsModule) as RowsExports | undefined;
  return exports && rowWriterOf(exports);
}

function rowWriterOf({ memory: { buffer }, spread, writeRows }: RowsExports): RowWriter {
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const sums = new Float64Array(buffer, sumsAt, 2);
  const page = new Uint8Array(buffer, pageAt);

  /** The tables for residuals −2^bits … 2^bits − 1; false when some code is too long for them. */
  function fillNarrowTables(codes: Int32Array, bits: number): boolean {
    if (bits > narrowBits) return false;
    const reach = 1 << bits;
    for (let residual = -reach; residual < reach; residual++) {
      const code = codes[residual & 255]!;
      const length = code >>> 16;
      if (length > narrowLength) return false;
      bytes[narrowCodesAt + (residual & 15)] = code;
      bytes[narrowLengthsAt + (residual & 15)] = length;
      bytes[narrowFactorsAt + (residual & 15)] = (1 << length) >> 1;
      bytes[narrowTopsAt + (residual & 15)] = code << (8 - length);
    }
    return true;
  }

  // What stands in the memory: rows of this cover, without keeping it alive.
  let resident: { readonly fixed: WeakRef<FixedBits>; from: number; count: number; narrow: boolean } | undefined;

  /** Puts what is the same in every picture with this cover into the memory. Returns whether its rows are narrow. */
  function load({ width, codes, filters, fixed, from, count, bits }: Rows): boolean {
    if (resident?.fixed.deref() === fixed && resident.from === from && resident.count === count) return resident.narrow;
    const [first, end] = [from * (width + 1), (from + count) * (width + 1)];
    const [firstExtra, endExtra] = [fixed.rowExtras[from]!, fixed.rowExtras[from + count]!];
    words.set(codes.subarray(0, 256), codesAt / 4);
    bytes.set(filters.subarray(from, from + count), filtersAt);
    bytes.set(fixed.counts.subarray(first, end), countsAt);
    bytes.set(fixed.tails.subarray(first, end), tailsAt);
    words.set(fixed.pieces.subarray(2 * first, 2 * end), piecesAt / 4);
    bytes.set(fixed.extraCounts.subarray(firstExtra, endExtra), extraCountsAt);
    words.set(fixed.extraPieces.subarray(2 * firstExtra, 2 * endExtra), extraPiecesAt / 4);
    const narrow = fillNarrowTables(codes, bits);
    resident = { fixed: new WeakRef(fixed), from, count, narrow };
    return narrow;
  }

  return {
    page,

    write(writer, rows) {
      const { width, count, step, container, bits, floor, at } = rows;
      const { first, end } = carriedRange(rows);
      const symbols = container.subarray((first * bits) / 8, Math.ceil((end * bits) / 8));
      if (bits === 8) {
        bytes.set(symbols, carriedAt);
      } else {
        bytes.set(symbols, containerAt);
        spread(end - first, bits, floor);
      }
      const narrow = load(rows);
      words[heldAt / 4] = writer.held;
      words[heldBitsAt / 4] = writer.heldBits;
      const inPlace = writer.bytes.buffer === buffer;
      const out = inPlace ? writer.bytes.byteOffset + writer.at : pageAt;
      const length = writeRows(count, width, step, carriedAt + at - first, out, narrow) - out;
      if (!inPlace) writer.bytes.set(page.subarray(0, length), writer.at);
      writer.at += length;
      writer.held = words[heldAt / 4]!;
      writer.heldBits = words[heldBitsAt / 4]!;
      return { sum: sums[0]!, moment: sums[1]! };
    },
  };
}
