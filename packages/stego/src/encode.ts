import { makePlane } from './container/symbols.ts';
import { type CompiledCover, codeLimit } from './cover/compile.ts';
import type { FixedBits } from './cover/fixed-bits.ts';
import { bytesPerPixel } from './cover/layout.ts';
import { type Adler, emptyAdler, extendAdler, joinStretches, type Stretch } from './deflate/adler.ts';
import { BitWriter } from './deflate/bit-writer.ts';
import { endOfBlock } from './deflate/dynamic-header.ts';
import type { Platform } from './platform.ts';
import { chunkOverhead, concat, finishChunk, makeChunk, pngSignature } from './png/chunks.ts';
import { headerData } from './png/header.ts';
import { profileTraits } from './profile.ts';
import { closingData, closingLength } from './rights/closing.ts';
import { rowWriter } from './rows/row-writer.ts';
import { batchRows, type Rows, type RowWriter } from './rows/rows.ts';

/*
 * A level-1 picture: IHDR, PLTE and tRNS if there is a palette, one IDAT with the whole picture that ends at a byte
 * boundary (the empty stored block of a zlib "sync flush"), a second IDAT with nothing but the final block and the
 * Adler-32, IEND. A rights band takes the place of that second IDAT; the first never changes again.
 */

/** The PNG that shows the top `rows` rows of the cover (from the top again when it has fewer) and carries `container`. */
export function encodePicture(
  platform: Platform,
  cover: CompiledCover,
  rows: number,
  container: Uint8Array,
): Uint8Array {
  const head = concat([
    pngSignature(),
    makeChunk(platform, 'IHDR', headerData(cover.width, rows, cover.layout.depth, cover.layout.colourType)),
    cover.paletteChunks,
  ]);
  const ending = makeChunk(platform, 'IEND', new Uint8Array(0));
  const largest = head.length + largestStream(cover, rows) + 3 * chunkOverhead + closingLength;
  const rowsOut = rowWriter();
  const onPage = largest <= rowsOut.page.length;
  const own = new ArrayBuffer(onPage ? 0 : largest);
  const png = onPage ? rowsOut.page : new Uint8Array(own);
  png.set(head);
  const { end, adler } = writeStream(rowsOut, cover, rows, carriedBy(cover, rows, container), png, head.length + 8);
  finishChunk(platform, png, head.length, 'IDAT', end - head.length - 8);
  const closing = makeChunk(platform, 'IDAT', closingData(adler));
  png.set(closing, end + 4);
  png.set(ending, end + 4 + closing.length);
  const length = end + 4 + closing.length + ending.length;
  // A large picture is shortened in place where the allocator can, so that it is not held twice.
  return onPage ? png.slice(0, length) : new Uint8Array(own.transfer(length));
}

/** The symbols of a picture, and the bits of the carrying bytes around them. */
type Carried = Pick<Rows, 'container' | 'bits' | 'floor'>;

/** With a palette the carrying byte is the index, whose low bits are the symbol. */
function carriedBy({ profile, width, indexBase }: CompiledCover, rows: number, container: Uint8Array): Carried {
  const { bits, floor } = profileTraits(profile);
  if (indexBase.length === 0) return { container, bits, floor };
  const plane = makePlane(container, width * rows, bits, 0);
  for (let start = 0; start < plane.length; start += indexBase.length) {
    const end = Math.min(plane.length, start + indexBase.length);
    for (let i = start; i < end; i++) plane[i]! |= indexBase[i - start]!;
  }
  return { container: plane, bits: 8, floor: 0 };
}

/** Bytes that the zlib stream of `rows` rows can have at most, with room for a whole word at its end. */
function largestStream(cover: CompiledCover, rows: number): number {
  const { rowStarts } = cover.fixed;
  const fixedBits = Math.floor(rows / cover.height) * rowStarts[cover.height]! + rowStarts[rows % cover.height]!;
  return Math.ceil((cover.blockHeaderBits + rows * cover.width * codeLimit + fixedBits) / 8) + 32;
}

function writeStream(
  rowsOut: RowWriter,
  cover: CompiledCover,
  rows: number,
  carried: Carried,
  out: Uint8Array,
  start: number,
): { end: number; adler: Adler } {
  const { width, height, filters, codes, fixed } = cover;
  const step = bytesPerPixel(cover.layout);
  const rowLength = width * step + 1;
  const most = batchRows(width);
  const writer = new BitWriter(out, start);
  writer.write(0x78, 8); // RFC 1950: deflate, 32 KiB window
  writer.write(0x01, 8);
  writer.writeAll(cover.blockHeader, cover.blockHeaderBits);

  let total: Stretch = { length: 0, sum: 0, moment: 0 };
  for (let y = 0; y < rows; ) {
    const from = y % height;
    const count = Math.min(most, height - from, rows - y);
    const sums = rowsOut.write(writer, { width, step, codes, filters, fixed, from, count, ...carried, at: y * width });
    total = joinStretches(total, addFixedRows({ length: count * rowLength, ...sums }, fixed, from, rowLength));
    y += count;
  }
  writer.write(codes[endOfBlock]! & 0xffff, codes[endOfBlock]! >>> 16);
  writer.write(0, 3); // a stored block, not final …
  writer.align();
  writer.write(0, 16); // … of length 0
  writer.write(0xffff, 16);
  return { end: writer.at, adler: extendAdler(emptyAdler, total) };
}

/** The stretch of some rows with their fixed bytes put between the carrying ones. */
function addFixedRows(carried: Stretch, fixed: FixedBits, from: number, rowLength: number): Stretch {
  let { sum, moment } = carried;
  for (let start = 0, y = from; start < carried.length; start += rowLength, y++) {
    sum += fixed.rowSums[y]!;
    moment += fixed.rowMoments[y]! + start * fixed.rowSums[y]!;
  }
  return { length: carried.length, sum, moment };
}
