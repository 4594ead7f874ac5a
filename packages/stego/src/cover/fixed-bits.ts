import type { HuffmanCode } from '../deflate/huffman.ts';
import type { PixelLayout } from './layout.ts';
import { type ColourPlane, constantResidual, type RowPlan } from './plan-rows.ts';

/** Everything of a cover's deflate stream and checksum that does not depend on the payload. */
export interface FixedBits {
  /**
   * The codes of each pixel's fixed bytes, in two words, low and high: bits << 6 | their number, 0 … {@link pieceBits}.
   * Where that is too little: number of extra pieces << 6 | {@link manyPieces}.
   */
  readonly pieces: Uint32Array;
  /** All pieces, of the same form, of the pixels that have several. */
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
export const manyPieces = 63;

// Up to 41 bits are kept in a number, and taken apart by arithmetic: operators on bits see 32 of them.
const powersOfTwo = Float64Array.from({ length: pieceBits }, (_, bits) => 2 ** bits);
const lowWordValues = 2 ** 26;

/** The fixed bits of a palette picture, in which every byte carries. */
export function noFixedBits(width: number, height: number): FixedBits {
  return {
    pieces: new Uint32Array(2 * width * height),
    extraPieces: new Uint32Array(0),
    rowExtras: new Uint32Array(height + 1),
    rowStarts: new Float64Array(height + 1),
    rowSums: new Float64Array(height),
    rowMoments: new Float64Array(height),
  };
}

export function encodeFixedBytes(plane: ColourPlane, layout: PixelLayout, plan: RowPlan, code: HuffmanCode): FixedBits {
  const { width, height } = plane;
  const lanes = layout.lanes.length;
  const pieces = new Uint32Array(2 * width * height);
  const extraPieces: number[] = [];
  const rowExtras = new Uint32Array(height + 1);
  const rowStarts = new Float64Array(height + 1);
  const rowSums = new Float64Array(height);
  const rowMoments = new Float64Array(height);
  const residual = new Uint8Array(width * lanes);
  for (let y = 0, pixel = 0; y < height; y++) {
    fillFixedResiduals(residual, plan, layout, plane, y);
    let sum = plan.filters[y]!;
    let moment = 0;
    let rowBits = 0;
    for (let x = 0, i = 0; x < width; x++, pixel++) {
      let extras = 0;
      let held = 0;
      let heldBits = 0;
      for (let lane = 0; lane < lanes; lane++, i++) {
        const value = residual[i]!;
        const length = code.lengths[value]!;
        sum += value;
        moment += value * (i + x + 1);
        if (heldBits + length > pieceBits) {
          pushPiece(extraPieces, held, heldBits);
          extras++;
          held = 0;
          heldBits = 0;
        }
        held += code.codes[value]! * powersOfTwo[heldBits]!;
        heldBits += length;
        rowBits += length;
      }
      if (extras === 0) {
        pieces[pixel * 2] = lowWord(held, heldBits);
        pieces[pixel * 2 + 1] = highWord(held);
      } else {
        pushPiece(extraPieces, held, heldBits);
        pieces[pixel * 2] = ((extras + 1) << 6) | manyPieces;
      }
    }
    rowExtras[y + 1] = extraPieces.length / 2;
    rowStarts[y + 1] = rowStarts[y]! + rowBits;
    rowSums[y] = sum;
    rowMoments[y] = moment;
  }
  return { pieces, extraPieces: Uint32Array.from(extraPieces), rowExtras, rowStarts, rowSums, rowMoments };
}

function pushPiece(pieces: number[], bits: number, count: number): void {
  pieces.push(lowWord(bits, count), highWord(bits));
}

function lowWord(bits: number, count: number): number {
  return (((bits - highWord(bits) * lowWordValues) << 6) | count) >>> 0;
}

function highWord(bits: number): number {
  return Math.floor(bits / lowWordValues);
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
