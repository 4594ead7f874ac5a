import type { Raster } from '../raster.ts';

/** Turns and mirrors a picture as EXIF orientation 1 … 8 says, so that it can be shown as it is. */
export function turnUpright(image: Raster, orientation: number): Raster {
  if (orientation === 1) return image;
  const swapsSides = orientation >= 5;
  const width = swapsSides ? image.height : image.width;
  const height = swapsSides ? image.width : image.height;
  const lastColumn = image.width - 1;
  const lastRow = image.height - 1;
  const sourceOf = sources[orientation]!;
  const from = new Uint32Array(image.rgba.slice().buffer);
  const to = new Uint32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = sourceOf(x, y, lastColumn, lastRow);
      to[i++] = from[row * image.width + column]!;
    }
  }
  return { width, height, rgba: new Uint8Array(to.buffer) };
}

type SourceOf = (x: number, y: number, lastColumn: number, lastRow: number) => readonly [column: number, row: number];

/** Which stored pixel is shown at (x, y), by orientation (EXIF 2.32, tag 274). */
const sources: readonly SourceOf[] = [
  (x, y) => [x, y],
  (x, y) => [x, y],
  (x, y, lastColumn) => [lastColumn - x, y],
  (x, y, lastColumn, lastRow) => [lastColumn - x, lastRow - y],
  (x, y, _, lastRow) => [x, lastRow - y],
  (x, y) => [y, x],
  (x, y, _, lastRow) => [y, lastRow - x],
  (x, y, lastColumn, lastRow) => [lastColumn - y, lastRow - x],
  (x, y, lastColumn) => [lastColumn - y, x],
];
