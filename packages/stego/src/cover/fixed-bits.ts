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

export function encodeFixedBytes(
  plane: ColourPlane,
  layout: PixelLayout,
  plan: Pick<RowPlan, 'filters' | 'residuals'>,
  { lengths, codes }: HuffmanCode,
): FixedBits {
  const { width, height } = plane;
  const lanes = layout.lanes.length;
  const writer = new PieceWriter((width + 1) * height);
  const rowExtras = new Uint32Array(height + 1);
  const rowStarts = new Float64Array(height + 1);
  const rowSums = new Float64Array(height);
  const rowMoments = new Float64Array(height);
  const residual = new Uint8Array(width * lanes);
  for (let y = 0; y < height; y++) {
    fillFixedResiduals(residual, plan, layout, plane, y);
    const filter = plan.filters[y]!;
    let sum = filter;
    let moment = 0;
    let rowBits = lengths[filter]!;
    writer.append(codes[filter]!, rowBits);
    for (let x = 0, i = 0; x < width; x++) {
      for (let lane = 0; lane < lanes; lane++, i++) {
        const value = residual[i]!;
        const length = lengths[value]!;
        sum += value;
        moment += value * (i + x + 1);
        rowBits += length;
        writer.append(codes[value]!, length);
      }
      writer.endPiece();
    }
    writer.endPiece();
    rowExtras[y + 1] = writer.extraCounts.length;
    rowStarts[y + 1] = rowStarts[y]! + rowBits;
    rowSums[y] = sum;
    rowMoments[y] = moment;
  }
  return { ...writer.finish(), rowExtras, rowStarts, rowSums, rowMoments };
}

/** Puts codes together to pieces. */
class PieceWriter {
  readonly counts: Uint8Array;
  readonly pieces: Uint32Array;
  readonly extraCounts: number[] = [];
  readonly #extraPieces: number[] = [];
  #next = 0;
  #low = 0;
  #high = 0;
  #count = 0;
  #extras = 0;

  constructor(pieces: number) {
    this.counts = new Uint8Array(pieces);
    this.pieces = new Uint32Array(2 * pieces);
  }

  append(code: number, length: number): void {
    if (this.#count + length > pieceBits) {
      this.extraCounts.push(this.#count);
      this.#extraPieces.push(this.#low >>> 0, this.#high >>> 0);
      this.#extras++;
      this.#low = 0;
      this.#high = 0;
      this.#count = 0;
    }
    const at = this.#count;
    if (at < 32) {
      this.#low |= code << at;
      if (at + length > 32) this.#high |= code >>> (32 - at);
    } else {
      this.#high |= code << (at - 32);
    }
    this.#count = at + length;
  }

  endPiece(): void {
    const at = this.#next++;
    this.counts[at] = this.#extras > 0 ? this.#count + afterExtras : this.#count;
    this.pieces[2 * at] = this.#low;
    this.pieces[2 * at + 1] = this.#high | (this.#extras << 30);
    this.#low = 0;
    this.#high = 0;
    this.#count = 0;
    this.#extras = 0;
  }

  finish(): Pick<FixedBits, 'counts' | 'pieces' | 'extraCounts' | 'extraPieces'> {
    return {
      counts: this.counts,
      pieces: this.pieces,
      extraCounts: Uint8Array.from(this.extraCounts),
      extraPieces: Uint32Array.from(this.#extraPieces),
    };
  }
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
