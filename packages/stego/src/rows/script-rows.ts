import { makePlane } from '../container/symbols.ts';
import { afterExtras, extrasShift } from '../cover/fixed-bits.ts';
import type { BitWriter } from '../deflate/bit-writer.ts';
import { filterRow } from '../png/filters.ts';
import { carriedRange, type RowWriter } from './rows.ts';

/** The {@link RowWriter} in TypeScript: what `rows.wat` must do, and the way where there is no WebAssembly. */
export const scriptRowWriter: RowWriter = {
  page: new Uint8Array(0),

  write(writer, rows) {
    const { width, step, codes, filters, fixed, from, container, bits, floor, at } = rows;
    const { counts, pieces, extraCounts, extraPieces, rowExtras } = fixed;
    const { first, end } = carriedRange(rows);
    const plane = makePlane(container.subarray((first * bits) / 8), end - first, bits, floor);
    const residuals = new Uint8Array(width);
    let index = from * (width + 1);
    let extra = rowExtras[from]!;
    const writeNextPiece = (): void => {
      const count = counts[index]!;
      if (count >= afterExtras) {
        for (let left = pieces[2 * index + 1]! >>> extrasShift; left > 0; left--, extra++) {
          writePiece(writer, extraPieces, extra, extraCounts[extra]!);
        }
      }
      writePiece(writer, pieces, index, count & (afterExtras - 1));
      index++;
    };

    let position = 0;
    let sum = 0;
    let moment = 0;
    for (let y = 0; y < rows.count; y++, position++) {
      const row = at - first + y * width;
      filterRow(filters[from + y]!, plane, row, row - width, width, 1, residuals);
      writeNextPiece();
      for (let x = 0; x < width; x++) {
        const residual = residuals[x]!;
        writer.write(codes[residual]! & 0xffff, codes[residual]! >>> 16);
        writeNextPiece();
        position += step;
        sum += residual;
        moment += residual * position;
      }
    }
    return { sum, moment };
  },
};

/** Writes the low `count` bits of a piece. */
function writePiece(writer: BitWriter, pieces: Uint32Array, index: number, count: number): void {
  const low = pieces[2 * index]!;
  const high = pieces[2 * index + 1]! & ((1 << extrasShift) - 1);
  const first = Math.min(count, 24);
  writer.write(low & 0xffffff, first);
  writer.write((low >>> 24) | (high << 8), count - first);
}
