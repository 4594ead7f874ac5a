import { manyPieces } from '../cover/fixed-bits.ts';
import type { BitWriter } from '../deflate/bit-writer.ts';
import { filterRow } from '../png/filters.ts';
import type { RowWriter } from './row-writer.ts';

/** The {@link RowWriter} in TypeScript: what `rows.wat` must do, and the way where there is no WebAssembly. */
export const scriptRowWriter: RowWriter = (writer, { width, step, codes, filters, pieces, extraPieces, plane, at }) => {
  const residuals = new Uint8Array(width);
  let position = 0;
  let sum = 0;
  let moment = 0;
  for (let y = 0, pixel = 0, extra = 0; y < filters.length; y++, position++) {
    const filter = filters[y]!;
    const row = at + y * width;
    filterRow(filter, plane, row, row - width, width, 1, residuals);
    writer.write(codes[filter]! & 0xffff, codes[filter]! >>> 16);
    for (let x = 0; x < width; x++, pixel++) {
      const low = pieces[pixel * 2]!;
      if ((low & 63) === manyPieces) {
        for (let left = low >>> 6; left > 0; left--, extra++) writePiece(writer, extraPieces, extra);
      } else {
        writePiece(writer, pieces, pixel);
      }
      const residual = residuals[x]!;
      writer.write(codes[residual]! & 0xffff, codes[residual]! >>> 16);
      position += step;
      sum += residual;
      moment += residual * position;
    }
  }
  return { sum, moment };
};

/** Low word: 26 bits of the piece, and below them their number; high word: the rest. */
function writePiece(writer: BitWriter, pieces: Uint32Array, index: number): void {
  const low = pieces[index * 2]!;
  const count = low & 63;
  const first = Math.min(count, 24);
  writer.write((low >>> 6) & 0xffffff, first);
  writer.write((low >>> 30) | (pieces[index * 2 + 1]! << 2), count - first);
}
