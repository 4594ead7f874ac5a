import { modulo, type Stretch } from '../deflate/adler.ts';
import { BitWriter } from '../deflate/bit-writer.ts';
import { endOfBlock } from '../deflate/dynamic-header.ts';
import type { BandCode, BandFormat, BitString } from './band-code.ts';

/*
 * The rights band: rows of white pixels after the last row of level 1, unfiltered, whose alpha carries
 *   u16 length ‖ bytes ‖ zeros up to the end of the last row
 */
const prefixLength = 2;
export const largestRights = 0xffff;

/** A band: its bytes and the rows they take in a picture of this width. */
export interface Band {
  readonly width: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** Rows of `width` pixels that `length` bytes of rights need. */
export function bandRows({ bits }: BandFormat, width: number, length: number): number {
  return Math.ceil(((prefixLength + length) * 8) / (width * bits));
}

/** The symbols that a band's pixels carry. */
function bandSymbols({ format: { bits } }: BandCode, { width, rows, bytes }: Band): Uint8Array {
  const symbols = new Uint8Array(width * rows);
  const mask = (1 << bits) - 1;
  let held = bytes.length;
  let heldBits = prefixLength * 8;
  let next = 0;
  for (let i = 0; i < symbols.length && (heldBits > 0 || next < bytes.length); i++) {
    if (heldBits < bits && next < bytes.length) {
      held |= bytes[next++]! << heldBits;
      heldBits += 8;
    }
    symbols[i] = held & mask;
    held >>>= bits;
    heldBits -= bits;
  }
  return symbols;
}

/** The final deflate block that shows the band. */
export function encodeBand(code: BandCode, band: Band): Uint8Array {
  const { width, rows } = band;
  const { format, literals, carriedLength } = code;
  const symbols = bandSymbols(code, band);
  const out = new BitWriter(new Uint8Array(encodedLength(code, width, rows)));
  writeString(out, code.header);
  const within = wordOf(code.repeatInRow);
  const across = wordOf(code.repeatAcross);
  for (let y = 0, i = 0; y < rows; y++) {
    out.write(literals.codes[0]!, literals.lengths[0]!);
    for (let x = 0; x < width; x++, i++) {
      if (x > 0) out.write(within, code.repeatInRow.bits);
      else if (y > 0) out.write(across, code.repeatAcross.bits);
      else for (const value of format.fixed) out.write(literals.codes[value]!, literals.lengths[value]!);
      out.write(literals.codes[format.floor | symbols[i]!]!, carriedLength);
    }
  }
  out.write(literals.codes[endOfBlock]!, literals.lengths[endOfBlock]!);
  out.align();
  return out.bytes;
}

/**
 * The band whose block is `encoded`, or undefined when it is none. Strict: only what {@link encodeBand} writes is read.
 */
export function decodeBand(code: BandCode, width: number, encoded: Uint8Array): Band | undefined {
  for (const rows of possibleRows(code, width, encoded.length)) {
    const bytes = carriedBytes(code, width, rows, encoded);
    if (bytes === undefined) continue;
    const band = { width, rows, bytes };
    const again = encodeBand(code, band);
    if (again.every((byte, i) => byte === encoded[i])) return band;
  }
  return undefined;
}

function carriedBytes(code: BandCode, width: number, rows: number, encoded: Uint8Array): Uint8Array | undefined {
  const { carriedLength, format } = code;
  const inRow = code.repeatInRow.bits + carriedLength;
  const fromRowToRow = code.literals.lengths[0]! + code.repeatAcross.bits - code.repeatInRow.bits;
  let at = code.header.bits + code.literals.lengths[0]! + firstPixelBits(code);
  const content = new Uint8Array(Math.floor((width * rows * format.bits) / 8) + 1);
  const mask = (1 << carriedLength) - 1;
  let held = 0;
  let heldBits = 0;
  let next = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const byte = at >> 3;
      const word = encoded[byte]! | (encoded[byte + 1]! << 8) | ((encoded[byte + 2] ?? 0) << 16);
      const symbol = code.symbolOf[(word >>> (at & 7)) & mask]!;
      if (symbol === endOfBlock) return undefined;
      held |= symbol << heldBits;
      heldBits += format.bits;
      if (heldBits >= 8) {
        content[next++] = held;
        held >>>= 8;
        heldBits -= 8;
      }
      at += inRow;
    }
    at += fromRowToRow;
  }
  const length = content[0]! | (content[1]! << 8);
  return bandRows(format, width, length) === rows ? content.slice(prefixLength, prefixLength + length) : undefined;
}

/** The band's uncompressed bytes as a part of the picture's Adler-32. */
export function bandStretch(code: BandCode, band: Band): Stretch {
  const { width, rows } = band;
  const { format, step } = code;
  const symbols = bandSymbols(code, band);
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

/** A string of at most 24 bits as a number. */
function wordOf({ bytes }: BitString): number {
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16);
}

function writeString(out: BitWriter, { bytes, bits }: BitString): void {
  for (let i = 0; i < bytes.length; i++) out.write(bytes[i]!, Math.min(8, bits - i * 8));
}
