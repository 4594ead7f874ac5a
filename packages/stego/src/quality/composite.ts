import { BadArgumentError } from '../errors.ts';
import { type AnyRaster, checkRaster } from '../raster.ts';

/** A colour behind the picture, 0 … 255 each. */
export type Background = readonly [red: number, green: number, blue: number];

export const white: Background = [255, 255, 255];

/** The picture over a background, RGB on a scale of 0 … 255, not rounded: what a perfect screen would show. */
export function composite(image: AnyRaster, background: Background): Float32Array {
  checkRaster(image);
  const { rgba } = image;
  const most = rgba instanceof Uint16Array ? 0xffff : 0xff;
  const shown = new Float32Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]! / most;
    for (let channel = 0; channel < 3; channel++) {
      const level = (rgba[from + channel]! / most) * 255;
      shown[to + channel] = level * alpha + background[channel]! * (1 - alpha);
    }
  }
  return shown;
}

/** @throws BadArgumentError unless both pictures have the same size. */
export function checkSameSize(a: AnyRaster, b: AnyRaster): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new BadArgumentError(`cannot compare ${a.width}×${a.height} with ${b.width}×${b.height} pixels`);
  }
}
