import { BitWriter } from '../deflate/bit-writer.ts';
import { distanceCount, endOfBlock, literalCount, writeDynamicHeader } from '../deflate/dynamic-header.ts';
import { canonicalCode, type HuffmanCode } from '../deflate/huffman.ts';

/*
 * The deflate block of a rights band. Its Huffman code is fixed, and every value that may be carried has a code of the
 * same length: a band of so many rows always has the same size, and other bytes can be written over the old in place.
 */

/** What a pixel of the band looks like. */
export interface BandFormat {
  /** Value of each byte before the one that carries. */
  readonly fixed: readonly number[];
  /** Bits carried per pixel, in the low bits of a byte that is otherwise `floor`. */
  readonly bits: number;
  readonly floor: number;
}

/** A band format with its Huffman code, made once. */
export interface BandCode {
  readonly format: BandFormat;
  readonly step: number;
  /** Bits that say "the same fixed bytes as in the pixel before", in the same row and across a row's end. */
  readonly repeatInRow: BitString;
  readonly repeatAcross: BitString;
  readonly literals: HuffmanCode;
  readonly header: { readonly bytes: Uint8Array; readonly bits: number };
  /** Symbol for the next `carriedLength` bits of the stream. */
  readonly symbolOf: Uint16Array;
  readonly carriedLength: number;
}

/** At most 24 bits, lowest first. */
export interface BitString {
  readonly value: number;
  readonly bits: number;
}

/** RFC 1951 section 3.2.5. */
const shortestMatch = 3;

/** The symbol of a match of 3 … 10 bytes. */
function matchSymbol(length: number): number {
  return 257 + length - shortestMatch;
}

/** Works out the code of a band. */
export function makeBandCode(format: BandFormat): BandCode {
  const { fixed, bits, floor } = format;
  const step = fixed.length + 1;
  const matches = fixed.length >= shortestMatch;
  const carriedLength = fixed.length === 0 ? bits + 1 : bits + 2;
  const lengths = new Uint8Array(literalCount);
  for (let s = 0; s < 1 << bits; s++) lengths[floor | s] = carriedLength;
  // Kraft's sum is 1: carried values 1/4, the repeated bytes 1/2, the rest 1/4. Without fixed bytes: 1/2 and 1/2.
  const rest = [0, endOfBlock].filter((symbol) => lengths[symbol] === 0);
  if (fixed.length === 0) {
    lengths[endOfBlock] = 1;
  } else {
    lengths[matches ? matchSymbol(fixed.length) : fixed[0]!] = 1;
    for (const symbol of rest) lengths[symbol] = 1 + rest.length;
  }
  const literals = canonicalCode(lengths);

  const inRow = distanceSymbol(step);
  const across = distanceSymbol(step + 1);
  const distanceLengths = new Uint8Array(distanceCount);
  distanceLengths[inRow.symbol] = 1;
  if (matches) distanceLengths[across.symbol] = 1;
  const distances = canonicalCode(distanceLengths);
  const repeat = ({ symbol, extra, extraBits }: DistanceSymbol): BitString => {
    const length = literals.codes[matchSymbol(fixed.length)]!;
    return { value: length | (distances.codes[symbol]! << 1) | (extra << 2), bits: 2 + extraBits };
  };
  const literally: BitString = { value: literals.codes[fixed[0] ?? 0]!, bits: fixed.length };

  const header = new BitWriter(new Uint8Array(512));
  writeDynamicHeader(header, lengths, distanceLengths, true);
  const headerBits = header.bitLength;
  const symbolOf = new Uint16Array(1 << carriedLength).fill(endOfBlock);
  for (let s = 0; s < 1 << bits; s++) symbolOf[literals.codes[floor | s]!] = s;
  return {
    format,
    step,
    repeatInRow: matches ? repeat(inRow) : literally,
    repeatAcross: matches ? repeat(across) : literally,
    literals,
    header: { bits: headerBits, bytes: header.bytes.slice(0, header.align()) },
    symbolOf,
    carriedLength,
  };
}

interface DistanceSymbol {
  readonly symbol: number;
  readonly extra: number;
  readonly extraBits: number;
}

/** RFC 1951 section 3.2.5 for distances 1 … 16. */
function distanceSymbol(distance: number): DistanceSymbol {
  if (distance <= 4) return { symbol: distance - 1, extra: 0, extraBits: 0 };
  const extraBits = distance <= 8 ? 1 : 2;
  const first = distance <= 8 ? 5 : 9;
  const offset = distance - first;
  return { symbol: 2 + 2 * extraBits + (offset >> extraBits), extra: offset & ((1 << extraBits) - 1), extraBits };
}
