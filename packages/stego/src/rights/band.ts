import { makePlane, readPlane } from '../container/symbols.ts';
import { modulo, type Stretch } from '../deflate/adler.ts';
import { BitWriter } from '../deflate/bit-writer.ts';
import { endOfBlock } from '../deflate/dynamic-header.ts';
import type { BandCode, BandFormat } from './band-code.ts';

/*
 * The rights band: rows of white pixels after the last row of level 1, unfiltered, whose alpha carries
 *   u16 length ‖ bytes ‖ zeros up to the end of the last row
 */
const prefixLength = 2;
export const largestRights = 0xffff;

/** A band and the rows that it takes in a picture of this width. */
export interface Band {
  readonly width: number;
  readonly rows: number;
  /** What the pixels carry, one symbol each. */
  readonly symbols: Uint8Array;
  /** The same as bytes. */
  readonly bytes: Uint8Array;
}

/** Rows of `width` pixels that `length` bytes of rights need. */
function bandRows({ bits }: BandFormat, width: number, length: number): number {
  return Math.ceil(((prefixLength + length) * 8) / (width * bits));
}

/** Lays out rights in a picture of this width. */
export function makeBand(format: BandFormat, width: number, bytes: Uint8Array): Band {
  const { bits } = format;
  const rows = bandRows(format, width, bytes.length);
  const pixels = width * rows;
  const content = new Uint8Array(Math.ceil((pixels * bits) / 8) + 2);
  content.set([bytes.length & 255, bytes.length >> 8]);
  content.set(bytes, prefixLength);
  return { width, rows, symbols: makePlane(content, pixels, bits, 0), bytes };
}

/** The final deflate block that shows the band. */
export function encodeBand(code: BandCode, { width, rows, symbols }: Band): Uint8Array {
  const { format, literals, carriedLength, repeatInRow, repeatAcross } = code;
  const out = new BitWriter(new Uint8Array(encodedLength(code, width, rows) + BitWriter.slack));
  out.writeAll(code.header.bytes, code.header.bits);
  for (let y = 0, i = 0; y < rows; y++) {
    out.write(literals.codes[0]!, literals.lengths[0]!);
    for (let x = 0; x < width; x++, i++) {
      if (x > 0) out.write(repeatInRow.value, repeatInRow.bits);
      else if (y > 0) out.write(repeatAcross.value, repeatAcross.bits);
      else for (const value of format.fixed) out.write(literals.codes[value]!, literals.lengths[value]!);
      out.write(literals.codes[format.floor | symbols[i]!]!, carriedLength);
    }
  }
  out.write(literals.codes[endOfBlock]!, literals.lengths[endOfBlock]!);
  return out.bytes.subarray(0, out.align());
}

/** The band whose block is `encoded`, or undefined when it is none. Only the bits that carry are read. */
export function decodeBand(code: BandCode, width: number, encoded: Uint8Array): Band | undefined {
  const { header, format } = code;
  for (let i = 0; i < header.bits >> 3; i++) if (encoded[i] !== header.bytes[i]) return undefined;
  for (const rows of possibleRows(code, width, encoded.length)) {
    const symbols = readSymbols(code, width, rows, encoded);
    const bytes = symbols && bytesOf(format, symbols);
    if (bytes && bandRows(format, width, bytes.length) === rows) return { width, rows, symbols, bytes };
  }
  return undefined;
}

function readSymbols(code: BandCode, width: number, rows: number, encoded: Uint8Array): Uint8Array | undefined {
  const { carriedLength, symbolOf } = code;
  const { first, inRow, betweenRows } = carriedPositions(code);
  const symbols = new Uint8Array(width * rows);
  const mask = (1 << carriedLength) - 1;
  for (let y = 0, i = 0, at = first; y < rows; y++, at += betweenRows) {
    for (let x = 0; x < width; x++, i++, at += inRow) {
      const byte = at >> 3;
      const word = encoded[byte]! | (encoded[byte + 1]! << 8) | (encoded[byte + 2]! << 16);
      const symbol = symbolOf[(word >>> (at & 7)) & mask]!;
      if (symbol === endOfBlock) return undefined;
      symbols[i] = symbol;
    }
  }
  return symbols;
}

/** The rights in a band's symbols, or undefined when they do not hold as many as they say. */
function bytesOf({ bits }: BandFormat, symbols: Uint8Array): Uint8Array | undefined {
  const content = readPlane(symbols, bits);
  const end = prefixLength + (content[0]! | (content[1]! << 8));
  return content.length >= end ? content.slice(prefixLength, end) : undefined;
}

/**
 * Rewrites in place the pixels of `encoded` in which `to` differs from `from`, two bands of the same shape.
 * @returns by how much the uncompressed bytes have changed
 */
export function patchBand(code: BandCode, encoded: Uint8Array, from: Band, to: Band): Stretch {
  const { literals, step, format } = code;
  const { first, inRow, betweenRows } = carriedPositions(code);
  const { width, rows } = from;
  let sum = 0;
  let moment = 0;
  for (let y = 0, i = 0, at = first; y < rows; y++, at += betweenRows) {
    for (let x = 0; x < width; x++, i++, at += inRow) {
      const before = from.symbols[i]!;
      const after = to.symbols[i]!;
      if (before === after) continue;
      const change = (literals.codes[format.floor | before]! ^ literals.codes[format.floor | after]!) << (at & 7);
      const byte = at >> 3;
      encoded[byte]! ^= change;
      encoded[byte + 1]! ^= change >> 8;
      encoded[byte + 2]! ^= change >> 16;
      sum += after - before;
      moment += (after - before) * (y + (i + 1) * step);
    }
  }
  return { length: rows * (width * step + 1), sum, moment };
}

/** The band's uncompressed bytes as a part of the picture's Adler-32. */
export function bandStretch(code: BandCode, band: Band): Stretch {
  const { width, rows, symbols } = band;
  const { format, step } = code;
  const fixedSum = format.fixed.reduce((sum, value) => sum + value, 0);
  const fixedMoment = format.fixed.reduce((sum, value, i) => sum + value * i, 0);
  const rowLength = width * step + 1;
  let sum = 0;
  let moment = 0;
  for (let y = 0, i = 0; y < rows; y++) {
    let at = y * rowLength + 1;
    for (let x = 0; x < width; x++, i++, at += step) {
      const carried = format.floor | symbols[i]!;
      sum += fixedSum + carried;
      moment += fixedSum * at + fixedMoment + carried * (at + step - 1);
    }
  }
  return { length: rows * rowLength, sum: modulo(sum), moment: modulo(moment) };
}

function firstPixelBits({ format, literals }: BandCode): number {
  return format.fixed.reduce((bits, value) => bits + literals.lengths[value]!, 0);
}

/** Where in the block the bits that carry stand: the first, and what lies between two of a row and of two rows. */
function carriedPositions(code: BandCode): { first: number; inRow: number; betweenRows: number } {
  const filterBits = code.literals.lengths[0]!;
  return {
    first: code.header.bits + filterBits + firstPixelBits(code),
    inRow: code.repeatInRow.bits + code.carriedLength,
    betweenRows: filterBits + code.repeatAcross.bits - code.repeatInRow.bits,
  };
}

function encodedBits(code: BandCode, width: number, rows: number): number {
  const { literals, repeatInRow, repeatAcross, carriedLength } = code;
  const row = literals.lengths[0]! + (width - 1) * repeatInRow.bits + width * carriedLength;
  const starts = firstPixelBits(code) + (rows - 1) * repeatAcross.bits;
  return code.header.bits + rows * row + starts + literals.lengths[endOfBlock]!;
}

function encodedLength(code: BandCode, width: number, rows: number): number {
  return Math.ceil(encodedBits(code, width, rows) / 8);
}

/** The numbers of rows that encode to this many bytes; several only where a row takes less than a byte. */
function possibleRows(code: BandCode, width: number, length: number): number[] {
  const one = encodedBits(code, width, 1);
  const perRow = encodedBits(code, width, 2) - one;
  const possible: number[] = [];
  for (let rows = Math.floor((length * 8 - one) / perRow) + 1; rows >= 1; rows--) {
    if (encodedLength(code, width, rows) < length) break;
    possible.push(rows);
  }
  return possible;
}
