import type { RowWriter } from './row-writer.ts';
import { rowsModule } from './rows-module.ts';

/** Layout of the memory: see `rows.wat`. */
const heldAt = 0;
const heldBitsAt = 8;
const sumsAt = 16;
const codesAt = 64;
const filtersAt = 0x1000;
const planeAt = 0x30000;
const piecesAt = 0x50000;
const extraPiecesAt = 0xd0000;
const outAt = 0x2d0000;

interface RowsExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly writeRows: (rows: number, width: number, step: number) => number;
}

/** The little of the WebAssembly JavaScript interface that is needed; the typings have it only for browsers. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** The {@link RowWriter} of `rows.wat`, or undefined where WebAssembly is missing or forbidden. */
export function makeWasmRowWriter(): RowWriter | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyInterface };
  // Words are copied as they are, and WebAssembly's are little-endian.
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  if (WebAssembly === undefined || !littleEndian) return undefined;
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(rowsModule), (byte) => byte.charCodeAt(0)));
    return rowWriterOf(new WebAssembly.Instance(module).exports as RowsExports);
  } catch {
    return undefined; // a content security policy, or no vector instructions
  }
}

function rowWriterOf({ memory: { buffer }, writeRows }: RowsExports): RowWriter {
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const sums = new Float64Array(buffer, sumsAt, 2);
  return (writer, { width, step, codes, filters, pieces, extraPieces, plane, at }) => {
    for (let literal = 0; literal < 256; literal++) {
      const code = codes[literal]!;
      words[codesAt / 4 + literal] = ((code & 0xffff) << 6) | (code >>> 16);
    }
    words[heldAt / 4] = writer.held;
    words[heldBitsAt / 4] = writer.heldBits;
    bytes.set(filters, filtersAt);
    const above = Math.min(at, width);
    bytes.set(plane.subarray(at - above, at + width * filters.length), planeAt - above);
    words.set(pieces, piecesAt / 4);
    words.set(extraPieces, extraPiecesAt / 4);

    const length = writeRows(filters.length, width, step);
    writer.bytes.set(bytes.subarray(outAt, outAt + length), writer.at);
    writer.at += length;
    writer.held = words[heldAt / 4]! & 255;
    writer.heldBits = words[heldBitsAt / 4]!;
    return { sum: sums[0]!, moment: sums[1]! };
  };
}
