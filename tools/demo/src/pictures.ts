/** Pictures of the story: written as PNG, compared pixel by pixel. */

import { writeFile } from 'node:fs/promises';
import { decodeCover, psnr, type Raster } from '@p2pimg/stego';
import { PNG } from 'pngjs';

const WHITE = [255, 255, 255] as const;
const BLACK = [0, 0, 0] as const;

/** A PNG or JPEG, decoded and turned upright. */
export function decode(bytes: Uint8Array): Raster {
  return decodeCover(bytes);
}

export async function writePng(path: string, image: Raster): Promise<void> {
  const png = new PNG({ width: image.width, height: image.height });
  png.data = Buffer.from(image.rgba);
  await writeFile(path, PNG.sync.write(png));
}

export function samePixels(a: Raster, b: Raster): boolean {
  return a.width === b.width && a.height === b.height && Buffer.compare(a.rgba, b.rgba) === 0;
}

export interface Likeness {
  /** PSNR in dB over each background; `null` stands for pictures that look exactly the same. */
  readonly overWhite: number | null;
  readonly overBlack: number | null;
}

/** How alike the stego picture looks to its cover in the same size. */
export function likeness(cover: Raster, stego: Raster): Likeness {
  const decibels = (background: typeof WHITE | typeof BLACK): number | null => {
    const value = psnr(cover, stego, background);
    return Number.isFinite(value) ? Math.round(value * 10) / 10 : null;
  };
  return { overWhite: decibels(WHITE), overBlack: decibels(BLACK) };
}
