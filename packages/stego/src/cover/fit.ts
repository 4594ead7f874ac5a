import { BadArgumentError } from '../errors.ts';
import { checkRaster, type Raster } from '../raster.ts';

/**
 * What `embed` does with a cover that is too small: refuse; repeat it downwards; or scale it up.
 */
export type Fit = 'refuse' | 'tile' | 'scale';

/** The smallest picture of at least `pixels` pixels with the proportions of `image`. */
export function scaleToPixels(image: Raster, pixels: number): Raster {
  const factor = Math.sqrt(pixels / (image.width * image.height));
  const width = Math.max(1, Math.round(image.width * factor));
  return scaleTo(image, width, Math.max(1, Math.ceil(pixels / width)));
}

const fraction = 1 << 8;

/**
 * The picture in another size: halved by averages while it is at least twice as large, then bilinear. Whole numbers only,
 * so that every machine gets the same pixels.
 * @param width pixels, ≥ 1
 * @param height pixels, ≥ 1
 * @throws BadArgumentError
 */
export function scaleTo(image: Raster, width: number, height: number): Raster {
  checkRaster(image);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new BadArgumentError(`a picture of ${width}×${height} pixels cannot be`);
  }
  let large = image;
  while (large.width >= 2 * width && large.height >= 2 * height) large = halve(large);
  return interpolate(large, width, height);
}

/** Each pixel is the rounded mean of four; an odd last row or column is left out. */
function halve(image: Raster): Raster {
  const width = image.width >> 1;
  const height = image.height >> 1;
  const { rgba: from } = image;
  const rgba = new Uint8Array(width * height * 4);
  const below = image.width * 4;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (2 * y * image.width + 2 * x) * 4;
      for (let i = at; i < at + 4; i++) {
        rgba[to++] = (from[i]! + from[i + 4]! + from[i + below]! + from[i + below + 4]! + 2) >> 2;
      }
    }
  }
  return { width, height, rgba };
}

function interpolate(image: Raster, width: number, height: number): Raster {
  const rgba = new Uint8Array(width * height * 4);
  const columns = Array.from({ length: width }, (_, x) => position(x, width, image.width));
  for (let y = 0, to = 0; y < height; y++) {
    const row = position(y, height, image.height);
    for (const column of columns) {
      const topLeft = (row.low * image.width + column.low) * 4;
      const topRight = (row.low * image.width + column.high) * 4;
      const bottomLeft = (row.high * image.width + column.low) * 4;
      const bottomRight = (row.high * image.width + column.high) * 4;
      for (let channel = 0; channel < 4; channel++) {
        const top = mix(image.rgba[topLeft + channel]!, image.rgba[topRight + channel]!, column.weight);
        const bottom = mix(image.rgba[bottomLeft + channel]!, image.rgba[bottomRight + channel]!, column.weight);
        rgba[to++] = (mix(top, bottom, row.weight) + fraction ** 2 / 2) >> 16;
      }
    }
  }
  return { width, height, rgba };
}

interface Position {
  readonly low: number;
  readonly high: number;
  /** Weight of `high` in 1 / 256. */
  readonly weight: number;
}

/** Where the centre of pixel `i` of `to` falls among `from` pixels. */
function position(i: number, to: number, from: number): Position {
  const centre = Math.min(
    Math.max(Math.floor(((2 * i + 1) * from * fraction) / (2 * to)) - fraction / 2, 0),
    (from - 1) * fraction,
  );
  const low = Math.floor(centre / fraction);
  return { low, high: Math.min(low + 1, from - 1), weight: centre % fraction };
}

function mix(low: number, high: number, weight: number): number {
  return low * (fraction - weight) + high * weight;
}
