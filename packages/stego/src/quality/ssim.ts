import type { AnyRaster } from '../raster.ts';
import { type Background, checkSameSize, composite, white } from './composite.ts';

const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;
const window = 8;

/**
 * Mean structural similarity of two pictures over a background, −1 … 1, on luma, with an 8×8 window at every position
 * (Wang, Bovik, Sheikh and Simoncelli 2004; pictures smaller than the window are one window).
 * @throws BadArgumentError when the sizes differ
 */
export function ssim(a: AnyRaster, b: AnyRaster, background: Background = white): number {
  checkSameSize(a, b);
  const { width, height } = a;
  const left = luma(composite(a, background));
  const right = luma(composite(b, background));
  const tables = [
    summedArea(left, left, width, height, 1),
    summedArea(right, right, width, height, 1),
    summedArea(left, left, width, height, 2),
    summedArea(right, right, width, height, 2),
    summedArea(left, right, width, height, 2),
  ] as const;
  const columns = Math.min(window, width);
  const rows = Math.min(window, height);
  const pixels = columns * rows;
  let total = 0;
  let count = 0;
  for (let y = 0; y + rows <= height; y++) {
    for (let x = 0; x + columns <= width; x++) {
      const [meanA, meanB, squareA, squareB, product] = tables.map((table) => {
        const top = y * (width + 1) + x;
        const bottom = top + rows * (width + 1);
        return (table[bottom + columns]! - table[bottom]! - table[top + columns]! + table[top]!) / pixels;
      }) as [number, number, number, number, number];
      const variances = squareA - meanA ** 2 + squareB - meanB ** 2;
      const covariance = product - meanA * meanB;
      total += ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (variances + c2));
      count++;
    }
  }
  return total / count;
}

/** Luma of ITU-R BT.601. */
function luma(rgb: Float32Array): Float64Array {
  const result = new Float64Array(rgb.length / 3);
  for (let i = 0; i < result.length; i++) {
    result[i] = 0.299 * rgb[i * 3]! + 0.587 * rgb[i * 3 + 1]! + 0.114 * rgb[i * 3 + 2]!;
  }
  return result;
}

/** Sums over all rectangles from the top left corner, of a (power 1) or of a · b (power 2). */
function summedArea(a: Float64Array, b: Float64Array, width: number, height: number, power: 1 | 2): Float64Array {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      row += power === 1 ? a[i]! : a[i]! * b[i]!;
      table[(y + 1) * (width + 1) + x + 1] = table[y * (width + 1) + x + 1]! + row;
    }
  }
  return table;
}
