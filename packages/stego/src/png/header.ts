import { BadImageError, UnsupportedPngError } from '../errors.ts';
import { checkLimit, type Limits } from '../limits.ts';
import type { Chunk } from './chunks.ts';

/** Colour types of PNG (section 11.2.1). */
export const colourType = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;

/** What IHDR says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

export const headerDataLength = 13;

const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Checks IHDR against the specification and the limits. @throws BadImageError, UnsupportedPngError, LimitExceededError */
export function readHeader(chunks: readonly Chunk[], limits: Limits): PngHeader {
  const data = chunks[0]!.data;
  if (data.length !== headerDataLength) throw new BadImageError('IHDR has a wrong length');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    throw new BadImageError(`IHDR declares ${width}×${height} pixels`);
  }
  checkLimit(limits, 'pixels', width * height);
  const depth = data[8]!;
  const type = data[9]!;
  if (!depthsOf[type]?.includes(depth)) throw new BadImageError(`colour type ${type} with bit depth ${depth}`);
  if (data[10] !== 0 || data[11] !== 0) throw new UnsupportedPngError('compression or filter method is not 0');
  if (data[12]! > 1) throw new BadImageError('unknown interlace method');
  return { width, height, depth, colourType: type, interlaced: data[12] === 1 };
}

/** The 13 bytes of IHDR, not interlaced. */
export function headerData(width: number, height: number, depth: number, type: number): Uint8Array {
  const data = new Uint8Array(headerDataLength);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data[8] = depth;
  data[9] = type;
  return data;
}

/** Samples per pixel. */
export function channelCount(type: number): number {
  return [1, 0, 3, 1, 2, 0, 4][type]!;
}
