import type { BitWriter } from './bit-writer.ts';
import { canonicalCode, codeLengths } from './huffman.ts';

/** Symbols of the literal/length and of the distance alphabet (RFC 1951 section 3.2.5). */
export const literalCount = 286;
export const distanceCount = 30;
export const endOfBlock = 256;

const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

interface LengthToken {
  readonly symbol: number;
  readonly extra: number;
  readonly extraBits: number;
}

/** Writes the header of a block with dynamic Huffman codes (RFC 1951 section 3.2.7). */
export function writeDynamicHeader(
  writer: BitWriter,
  literalLengths: Uint8Array,
  distanceLengths: Uint8Array,
  final: boolean,
): void {
  const literals = usedCount(literalLengths, 257);
  const distances = usedCount(distanceLengths, 1);
  const tokens = runLengths([...literalLengths.subarray(0, literals), ...distanceLengths.subarray(0, distances)]);
  const frequencies = new Uint32Array(19);
  for (const token of tokens) frequencies[token.symbol]!++;
  const code = canonicalCode(codeLengths(frequencies, 7));
  let count = 19;
  while (count > 4 && code.lengths[orderOfLengths[count - 1]!] === 0) count--;

  writer.write(final ? 1 : 0, 1);
  writer.write(2, 2);
  writer.write(literals - 257, 5);
  writer.write(distances - 1, 5);
  writer.write(count - 4, 4);
  for (const symbol of orderOfLengths.slice(0, count)) writer.write(code.lengths[symbol]!, 3);
  for (const { symbol, extra, extraBits } of tokens) {
    writer.write(code.codes[symbol]!, code.lengths[symbol]!);
    writer.write(extra, extraBits);
  }
}

function usedCount(lengths: Uint8Array, least: number): number {
  let count = lengths.length;
  while (count > least && lengths[count - 1] === 0) count--;
  return count;
}

function runLengths(lengths: readonly number[]): LengthToken[] {
  const tokens: LengthToken[] = [];
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i]!;
    let run = 1;
    while (i + run < lengths.length && lengths[i + run] === length) run++;
    i += run;
    if (length > 0) {
      tokens.push({ symbol: length, extra: 0, extraBits: 0 });
      run--;
    }
    while (run >= 3) {
      const repeat = Math.min(run, length > 0 ? 6 : 138);
      if (length > 0) tokens.push({ symbol: 16, extra: repeat - 3, extraBits: 2 });
      else if (repeat < 11) tokens.push({ symbol: 17, extra: repeat - 3, extraBits: 3 });
      else tokens.push({ symbol: 18, extra: repeat - 11, extraBits: 7 });
      run -= repeat;
    }
    for (; run > 0; run--) tokens.push({ symbol: length, extra: 0, extraBits: 0 });
  }
  return tokens;
}
