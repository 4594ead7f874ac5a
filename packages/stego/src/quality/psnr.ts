import type { AnyRaster } from '../raster.ts';
import { type Background, checkSameSize, composite, white } from './composite.ts';

/**
 * Peak signal-to-noise ratio of two pictures over a background, in dB, over R, G and B together; Infinity when they look
 * the same. Invisible from about 45 on.
 * @throws BadArgumentError when the sizes differ
 */
export function psnr(a: AnyRaster, b: AnyRaster, background: Background = white): number {
  checkSameSize(a, b);
  const left = composite(a, background);
  const right = composite(b, background);
  let squares = 0;
  for (let i = 0; i < left.length; i++) squares += (left[i]! - right[i]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / left.length));
}
