import type { HuffmanCode } from '../deflate/huffman.ts';
import type { PixelLayout } from './layout.ts';
import { type ColourPlane, constantResidual, type RowPlan } from './plan-rows.ts';

/** Everything of a cover's deflate stream and checksum that does not depend on the payload. */
export interface FixedBits {
  /**
   * The bits of each pixel's fixed bytes in one or more pieces: up to {@link pieceBits} bits, their number above them,
   * and the sign set in all pieces of a pixel but the last.
   */
  readonly pieces: Int32Array;
  /** Per row: index of its first piece, its fixed bits, and the Adler-32 part of its fixed bytes. */
  readonly rowPieces: Uint32Array;
  readonly rowBits: Float64Array;
  readonly rowSums: Float64Array;
  readonly rowMoments: Float64Array;
}

/** With the 7 bits that may be left over from before, so many still fit into a word. */
export const pieceBits = 24;
export const pieceMask: number = 2 ** pieceBits - 1;
const continued: number = 1 << 31;

/** The fixed bits of a palette picture, in which every byte carries. */
export function noFixedBits(width: number, height: number): FixedBits {
  return {
    pieces: new Int32Array(width * height),
    rowPieces: Uint32Array.from({ length: height }, (_, y) => y * width),
    rowBits: new Float64Array(height),
    rowSums: new Float64Array(height),
    rowMoments: new Float64Array(height),
  };
}

export function encodeFixedBytes(plane: ColourPlane, layout: PixelLayout, plan: RowPlan, code: HuffmanCode): FixedBits {
  const { width, height } = plane;
  const { pixelBits, rowBits, rowSums, rowMoments } = measureRows(plane, layout, plan, code);
  let count = 0;
  const rowPieces = new Uint32Array(height);
  for (let y = 0, pixel = 0; y < height; y++) {
    rowPieces[y] = count;
    for (let x = 0; x < width; x++, pixel++) count += Math.ceil(pixelBits[pixel]! / pieceBits);
  }

  const pieces = new Int32Array(count);
  const residual = new Uint8Array(width * layout.lanes.length);
  for (let y = 0, next = 0; y < height; y++) {
    fillFixedResiduals(residual, plan, layout, plane, y);
    for (let x = 0, i = 0; x < width; x++) {
      let held = 0;
      let heldBits = 0;
      for (let lane = 0; lane < layout.lanes.length; lane++, i++) {
        const value = residual[i]!;
        held |= code.codes[value]! << heldBits;
        heldBits += code.lengths[value]!;
        if (heldBits > pieceBits) {
          pieces[next++] = (held & pieceMask) | (pieceBits << pieceBits) | continued;
          heldBits -= pieceBits;
          held = code.codes[value]! >>> (code.lengths[value]! - heldBits);
        }
      }
      pieces[next++] = held | (heldBits << pieceBits);
    }
  }
  return { pieces, rowPieces, rowBits, rowSums, rowMoments };
}

interface MeasuredRows extends Pick<FixedBits, 'rowBits' | 'rowSums' | 'rowMoments'> {
  readonly pixelBits: Uint8Array;
}

function measureRows(plane: ColourPlane, layout: PixelLayout, plan: RowPlan, code: HuffmanCode): MeasuredRows {
  const { width, height } = plane;
  const lanes = layout.lanes.length;
  const pixelBits = new Uint8Array(width * height);
  const rowBits = new Float64Array(height);
  const rowSums = new Float64Array(height);
  const rowMoments = new Float64Array(height);
  const residual = new Uint8Array(width * lanes);
  for (let y = 0, pixel = 0; y < height; y++) {
    fillFixedResiduals(residual, plan, layout, plane, y);
    let sum = plan.filters[y]!;
    let moment = 0;
    let total = 0;
    for (let x = 0, i = 0; x < width; x++, pixel++) {
      let bits = 0;
      for (let lane = 0; lane < lanes; lane++, i++) {
        const value = residual[i]!;
        bits += code.lengths[value]!;
        sum += value;
        moment += value * (i + x + 1);
      }
      pixelBits[pixel] = bits;
      total += bits;
    }
    rowBits[y] = total;
    rowSums[y] = sum;
    rowMoments[y] = moment;
  }
  return { pixelBits, rowBits, rowSums, rowMoments };
}

/** The filtered fixed bytes of row `y`, pixel by pixel. */
function fillFixedResiduals(
  out: Uint8Array,
  plan: RowPlan,
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
