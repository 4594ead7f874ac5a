import { PNG } from 'pngjs';
import { BadImageError, TruncatedError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { concat, readChunks } from '../png/chunks.ts';
import { channelCount, type PngHeader, readHeader } from '../png/header.ts';
import { checkPalette } from '../png/palette.ts';
import type { Raster } from '../raster.ts';
import { nodePlatform } from './platform.ts';

/** Deflate never makes more than so many bytes of one (zlib technical details: 1032 : 1). */
const largestExpansion = 1032;

/**
 * Decodes any PNG. pngjs does the pixels, but only after the file has proved sound: it believes sizes, and lets missing
 * rows and wrong checksums pass.
 */
export function decodePng(bytes: Uint8Array, limits: Limits): Raster {
  const chunks = readChunks(nodePlatform, bytes, limits);
  const header = readHeader(chunks, limits);
  checkPalette(header, chunks);
  const data = concat(chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data));
  const length = rawLength(header);
  if (data.length * largestExpansion < length) throw new TruncatedError('the PNG is too short for its size in pixels');
  if (nodePlatform.inflate(data, length) === undefined) {
    throw new BadImageError('the image data is not what the header declares');
  }
  // Only chunks that were read go on, so nothing else is ever interpreted.
  const kept = chunks.map(({ start, data: { length: size } }) => bytes.subarray(start, start + 12 + size));
  try {
    const { width, height, data: rgba } = PNG.sync.read(Buffer.from(concat([bytes.subarray(0, 8), ...kept])));
    return { width, height, rgba: new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length) };
  } catch {
    throw new BadImageError('the PNG cannot be decoded');
  }
}

/** Bytes of the inflated image, all passes of an interlaced one (PNG sections 7.2 and 8). */
function rawLength({ width, height, depth, colourType: type, interlaced }: PngHeader): number {
  const bits = channelCount(type) * depth;
  const pass = (columns: number, rows: number): number =>
    columns === 0 || rows === 0 ? 0 : rows * (1 + Math.ceil((columns * bits) / 8));
  if (!interlaced) return pass(width, height);
  return adam7.reduce(
    (sum, [x, y, stepX, stepY]) =>
      sum + pass(Math.ceil(Math.max(0, width - x) / stepX), Math.ceil(Math.max(0, height - y) / stepY)),
    0,
  );
}

/** First column, first row and steps of each pass of Adam7. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
