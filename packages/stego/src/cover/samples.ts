import type { Raster } from '../raster.ts';

/** RGB samples, 3 bytes per pixel; what is transparent stands on white. */
export function flatten({ width, height, rgba }: Raster): Uint8Array {
  const samples = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const sample = rgba[from + channel]!;
      samples[to + channel] = alpha === 255 ? sample : Math.round((sample * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return samples;
}

/** Luma samples (weights of ITU-R BT.601), 1 byte per pixel, on white. */
export function greySamples(image: Raster): Uint8Array {
  const rgb = flatten(image);
  const samples = new Uint8Array(image.width * image.height);
  for (let i = 0; i < samples.length; i++) {
    samples[i] = Math.floor((299 * rgb[i * 3]! + 587 * rgb[i * 3 + 1]! + 114 * rgb[i * 3 + 2]! + 500) / 1000);
  }
  return samples;
}
