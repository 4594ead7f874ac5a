import { type CarriedFilter, carriedFilter } from './carried-filter.ts';
import { makePlane } from './container/symbols.ts';
import type { CompiledCover } from './cover/compile.ts';
import { bytesPerPixel } from './cover/layout.ts';
import { type Adler, emptyAdler, extendAdler, modulo } from './deflate/adler.ts';
import { endOfBlock } from './deflate/dynamic-header.ts';
import type { Platform } from './platform.ts';
import { chunkOverhead, concat, finishChunk, makeChunk, pngSignature } from './png/chunks.ts';
import { headerData } from './png/header.ts';
import { profileTraits } from './profile.ts';
import { closingData, closingLength } from './rights/closing.ts';
import { type Cursor, writeBits, writeRow } from './write-row.ts';

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
  const { bits, floor } = profileTraits(cover.profile);
  const plane = makePlane(container, cover.width * rows, bits, cover.indexBase.length > 0 ? 0 : floor);
  combineWithIndices(plane, cover.indexBase);

  const head = concat([
    pngSignature(),
    makeChunk(platform, 'IHDR', headerData(cover.width, rows, cover.layout.depth, cover.layout.colourType)),
    cover.paletteChunks,
  ]);
  const ending = makeChunk(platform, 'IEND', new Uint8Array(0));
  const png = new Uint8Array(head.length + largestStream(cover, rows) + 3 * chunkOverhead + closingLength);
  png.set(head);
  const { end, adler } = writeStream(cover, rows, plane, carriedFilter(bits), png, head.length + 8);
  finishChunk(platform, png, head.length, 'IDAT', end - head.length - 8);
  const closing = makeChunk(platform, 'IDAT', closingData(adler));
  png.set(closing, end + 4);
  png.set(ending, end + 4 + closing.length);
  // Shortened in place where the allocator can, so that a large picture is not held twice.
  return new Uint8Array(png.buffer.transfer(end + 4 + closing.length + ending.length));
}

function combineWithIndices(plane: Uint8Array, indexBase: Uint8Array): void {
  if (indexBase.length === 0) return;
  for (let start = 0; start < plane.length; start += indexBase.length) {
    const end = Math.min(plane.length, start + indexBase.length);
    for (let i = start; i < end; i++) plane[i]! |= indexBase[i - start]!;
  }
}

/** Bytes that the zlib stream of `rows` rows can have at most, with room for a whole word at its end. */
function largestStream(cover: CompiledCover, rows: number): number {
  let longestCode = 0;
  for (const code of cover.codes) longestCode = Math.max(longestCode, code >>> 16);
  let bits = cover.blockHeaderBits + rows * (cover.width + 1) * longestCode;
  for (let y = 0; y < rows; y++) bits += cover.fixed.rowBits[y % cover.height]!;
  return Math.ceil(bits / 8) + 32;
}

function writeStream(
  cover: CompiledCover,
  rows: number,
  plane: Uint8Array,
  filterCarried: CarriedFilter,
  out: Uint8Array,
  start: number,
): { end: number; adler: Adler } {
  const { width, height, filters, codes } = cover;
  const step = bytesPerPixel(cover.layout);
  const rowLength = width * step + 1;
  const view = new DataView(out.buffer);
  const cursor: Cursor = { at: start, held: 0, heldBits: 0 };
  const residual = new Uint8Array(width);
  out[cursor.at++] = 0x78; // RFC 1950: deflate, 32 KiB window
  out[cursor.at++] = 0x01;
  writeBlockHeader(cursor, view, cover);

  let sum = 0;
  let moment = 0;
  for (let y = 0; y < rows; y++) {
    const from = y % height;
    const filter = filters[from]!;
    filterCarried(filter, plane, y, width, residual);
    writeBits(cursor, view, codes[filter]! & 0xffff, codes[filter]! >>> 16);
    writeRow(cursor, view, cover, from, residual);
    const row = rowStretch(residual, step);
    const rowSum = cover.fixed.rowSums[from]! + row.sum;
    sum = modulo(sum + rowSum);
    moment = modulo(moment + cover.fixed.rowMoments[from]! + row.moment + modulo(y * rowLength) * modulo(rowSum));
  }
  writeBits(cursor, view, codes[endOfBlock]! & 0xffff, codes[endOfBlock]! >>> 16);
  writeBits(cursor, view, 0, 3); // a stored block, not final …
  if (cursor.heldBits > 0) writeBits(cursor, view, 0, 8 - cursor.heldBits);
  view.setUint32(cursor.at, 0x0000ffff); // … of length 0
  return { end: cursor.at + 4, adler: extendAdler(emptyAdler, { length: rows * rowLength, sum, moment }) };
}

function writeBlockHeader(cursor: Cursor, view: DataView, { blockHeader, blockHeaderBits }: CompiledCover): void {
  for (let i = 0; i < blockHeader.length; i++) {
    writeBits(cursor, view, blockHeader[i]!, Math.min(8, blockHeaderBits - i * 8));
  }
}

/** So many terms r · x of a row have a sum below 2^32. */
const exactTerms = 4096;

/** Part of the carrying bytes of one row in the Adler-32, positions counted from the row's filter byte. */
function rowStretch(residual: Uint8Array, step: number): { sum: number; moment: number } {
  let sum = 0;
  let weighted = 0;
  for (let start = 0; start < residual.length; start += exactTerms) {
    const end = Math.min(residual.length, start + exactTerms);
    let partSum = 0;
    let partWeighted = 0;
    for (let x = start; x < end; x++) {
      const value = residual[x]!;
      partSum += value;
      partWeighted = (partWeighted + Math.imul(value, x - start)) | 0;
    }
    sum += partSum;
    weighted += (partWeighted >>> 0) + partSum * start;
  }
  return { sum, moment: (sum + weighted) * step };
}
