import { defaultLimits } from './limits.ts';
import type { Platform } from './platform.ts';
import { concat, findChunks, makeChunk } from './png/chunks.ts';

const zlibHeader = Uint8Array.of(0x78, 0x01);

/**
 * A level-1 picture with its rows compressed by the platform's deflate, if that makes it smaller: on smooth covers
 * matches save more than they cost.
 * @param rawLength bytes of the inflated rows
 */
export function recompress(platform: Platform, png: Uint8Array, rawLength: number): Uint8Array {
  const [first, closing] = findChunks(png, { ...defaultLimits, imageBytes: png.length }).filter(
    ({ type }) => type === 'IDAT',
  );
  const raw = platform.inflate(concat([first!.data, closing!.data]), rawLength)!;
  const data = concat([zlibHeader, platform.deflate(raw)]);
  if (data.length >= first!.data.length) return png;
  return concat([png.subarray(0, first!.start), makeChunk(platform, 'IDAT', data), png.subarray(closing!.start)]);
}
