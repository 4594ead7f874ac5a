import type { HuffmanCode } from '../deflate/huffman.ts';
import type { PixelLayout } from './layout.ts';
import { type ColourPlane, constantResidual, type RowPlan } from './plan-rows.ts';

/**
 * Everything of a cover's deflate stream and checksum that does not depend on the payload. A row has width + 1 pieces: its
 * filter type with the fixed bytes of the first pixel, then what follows each pixel's carrying byte: the fixed bytes of the
 * next, or nothing.
 */
export interface FixedBits {
  /** How many bits each piece has, 0 … {@link pieceBits}; {@link afterExtras} more where extra pieces come before it. */
  readonly counts: Uint8Array;
  /** The last eight bits of each piece, the very last one highest. */
  readonly tails: Uint8Array;
  /** The bits, in two words, low and high; in the two highest bits how many extra pieces come before them. */
  readonly pieces: Uint32Array;
  readonly extraCounts: Uint8Array;
  readonly extraPieces: Uint32Array;
  /** Per row, and for the end: its first extra piece, and where its bits start. */
  readonly rowExtras: Uint32Array;
  readonly rowStarts: Float64Array;
  /** Per row: the Adler-32 part of its filter type and fixed bytes. */
  readonly rowSums: Float64Array;
  readonly rowMoments: Float64Array;
}

/** With 7 bits from before and a code of 15 so many still fit into 64. */
export const pieceBits = 41;
export const afterExtras = 128;
/** Where the number of extra pieces stands in a high word. */
export const extrasShift = 30;

export function encodeFixedBytes(
  plane: ColourPlane,
  layout: PixelLayout,
  plan: Pick<RowPlan, 'filters' | 'residuals'>,
  { lengths, codes }: HuffmanCode,
): FixedBits {
  const { width, height } = plane;
  const lanes = layout.lanes.length;
  const counts = new Uint8Array((width + 1) * height);
  const tails = new Uint8Array(counts.length);
  const pieces = new Uint32Array(2 * counts.length);
  const extraCounts: number[] = [];
  const extraPieces: number[] = [];
  const rowExtras = new Uint32Array(height + 1);
  const rowStarts = new Float64Array(height + 1);
  const rowSums = new Float64Array(height);
  const rowMoments = new Float64Array(height);
  const residual = new Uint8Array(width * lanes);
  for (let y = 0, index = 0; y < height; y++, index++) {
    fillFixedResiduals(residual, plan, layout, plane, y);
    const filter = plan.filters[y]!;
    let sum = filter;
    let moment = 0;
    let count = lengths[filter]!;
    let low: number = codes[filter]!;
    let high = 0;
    let rowBits = count;
    for (let x = 0, i = 0; x < width; x++, index++) {
      let extras = 0;
      for (let lane = 0; lane < lanes; lane++, i++) {
        const value = residual[i]!;
        const length = lengths[value]!;
        const code = codes[value]!;
        sum += value;
        moment += value * (i + x + 1);
        rowBits += length;
        if (count + length > pieceBits) {
          extraCounts.push(count);
          extraPieces.push(low >>> 0, high);
          extras++;
          low = code;
          high = 0;
          count = length;
          continue;
        }
        if (count < 32) {
          low |= code << count;
          if (count + length > 32) high |= code >>> (32 - count);
        } else {
          high |= code << (count - 32);
        }
        count += length;
      }
      counts[index] = extras > 0 ? count + afterExtras : count;
      tails[index] = tailOf(low, high, count);
      pieces[2 * index] = low;
      pieces[2 * index + 1] = high | (extras << extrasShift);
      count = 0;
      low = 0;
      high = 0;
    }
    rowExtras[y + 1] = extraCounts.length;
    rowStarts[y + 1] = rowStarts[y]! + rowBits;
    rowSums[y] = sum;
    rowMoments[y] = moment;
  }
  return {
    counts,
    tails,
    pieces,
    extraCounts: Uint8Array.from(extraCounts),
    extraPieces: Uint32Array.from(extraPieces),
    rowExtras,
    rowStarts,
    rowSums,
    rowMoments,
  };
}

/** The last eight of `count` bits, the very last one highest; zeros below where there are fewer. */
function tailOf(low: number, high: number, count: number): number {
  if (count < 8) return low << (8 - count);
  const from = count - 8;
  return from < 32 ? (low >>> from) | ((high << 1) << (31 - from)) : high >>> (from - 32);
}

/** The filtered fixed bytes of row `y`, pixel by pixel. */
function fillFixedResiduals(
  out: Uint8Array,
  plan: Pick<RowPlan, 'filters' | 'residuals'>,
  { lanes }: PixelLayout,
  { width, channels }: ColourPlane,
  y: number,
): void {
  const type = plan.filters[y]!;
  const at = y * width * channels;
  for (let lane = 0; lane < lanes.length; lane++) {
    const described = lanes[lane]!;
    if ('channel' in described) {
      const from = at + described.channel;
      for (let x = 0; x < width; x++) out[x * lanes.length + lane] = plan.residuals[from + x * channels]!;
    } else {
      const inner = constantResidual(type, described.constant, 1, y);
      for (let x = 0; x < width; x++) out[x * lanes.length + lane] = inner;
      out[lane] = constantResidual(type, described.constant, 0, y);
    }
  }
}
