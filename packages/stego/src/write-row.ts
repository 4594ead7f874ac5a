import type { CompiledCover } from './cover/compile.ts';
import { pieceBits, pieceMask } from './cover/fixed-bits.ts';

/** Where the bit stream stands: next byte, and the bits (fewer than 8) that do not fill one yet. */
export interface Cursor {
  at: number;
  held: number;
  heldBits: number;
}

/** Writes `count` ≤ 24 bits. Always stores a whole word: no branch, and what is too much is overwritten next. */
export function writeBits(cursor: Cursor, view: DataView, value: number, count: number): void {
  const held = cursor.held | (value << cursor.heldBits);
  const heldBits = cursor.heldBits + count;
  view.setInt32(cursor.at, held, true);
  cursor.at += heldBits >> 3;
  cursor.held = held >>> (heldBits & 24);
  cursor.heldBits = heldBits & 7;
}

/** Writes the pixels of row `from` of the cover: the ready bits of the fixed bytes, then the code of the residual. */
export function writeRow(
  cursor: Cursor,
  view: DataView,
  cover: CompiledCover,
  from: number,
  residual: Uint8Array,
): void {
  const { width, codes, fixed } = cover;
  const { pieces } = fixed;
  let { at, held, heldBits } = cursor;
  let next = fixed.rowPieces[from]!;
  for (let x = 0; x < width; x++) {
    let piece = pieces[next++]!;
    while (piece < 0) {
      held |= (piece & pieceMask) << heldBits;
      heldBits += (piece >>> pieceBits) & 31;
      view.setInt32(at, held, true);
      at += heldBits >> 3;
      held >>>= heldBits & 24;
      heldBits &= 7;
      piece = pieces[next++]!;
    }
    held |= (piece & pieceMask) << heldBits;
    heldBits += piece >>> pieceBits;
    view.setInt32(at, held, true);
    at += heldBits >> 3;
    held >>>= heldBits & 24;
    heldBits &= 7;
    const code = codes[residual[x]!]!;
    held |= (code & 0xffff) << heldBits;
    heldBits += code >>> 16;
    view.setInt32(at, held, true);
    at += heldBits >> 3;
    held >>>= heldBits & 24;
    heldBits &= 7;
  }
  cursor.at = at;
  cursor.held = held;
  cursor.heldBits = heldBits;
}
