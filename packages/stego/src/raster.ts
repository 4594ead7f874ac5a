import { BadArgumentError } from './errors.ts';

/** A picture in memory: `rgba` holds 4 samples per pixel, row by row. 8-bit samples in bytes, 16-bit ones in a Uint16Array. */
export interface Raster<Samples extends Uint8Array | Uint8ClampedArray | Uint16Array = Uint8Array> {
  readonly width: number;
  readonly height: number;
  readonly rgba: Samples;
}

export type AnyRaster = Raster<Uint8Array | Uint8ClampedArray | Uint16Array>;

/** @throws BadArgumentError unless sides are whole and positive and `rgba` has exactly width × height × 4 samples. */
export function checkRaster({ width, height, rgba }: AnyRaster): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new BadArgumentError(`a picture of ${width}×${height} pixels cannot be`);
  }
  if (rgba.length !== width * height * 4) {
    throw new BadArgumentError(`${width}×${height} pixels need ${width * height * 4} samples, not ${rgba.length}`);
  }
}

/** The top `height` rows, sharing memory with `image`. @throws BadArgumentError when there are not as many. */
export function cropRows<S extends Uint8Array | Uint8ClampedArray | Uint16Array>(
  image: Raster<S>,
  height: number,
): Raster<S> {
  if (!Number.isInteger(height) || height < 1 || height > image.height) {
    throw new BadArgumentError(`cannot take ${height} of ${image.height} rows`);
  }
  return { width: image.width, height, rgba: image.rgba.subarray(0, image.width * height * 4) as S };
}
