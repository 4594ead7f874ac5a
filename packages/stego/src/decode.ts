import { AuthFailedError, BadImageError, NoAlphaError, UnsupportedPngError } from './errors.ts';
import { type LaneShape, rawLength } from './lane/lane.ts';
import { laneReader } from './lane/lane-reader.ts';
import type { Limits } from './limits.ts';
import type { Platform } from './platform.ts';
import { unfilterLane } from './png/carried-plane.ts';
import { type Chunk, checkCrc, concat } from './png/chunks.ts';
import { channelCount, colourType, type PngHeader } from './png/header.ts';
import { checkPalette } from './png/palette.ts';
import { type Profile, profiles, profileTraits } from './profile.ts';
import type { Raster } from './raster.ts';
import { type RightsPicture, readRightsPicture } from './rights/picture.ts';

/** A picture found sound as far as that can be seen without inflating it. */
interface OpenedPicture {
  readonly picture: RightsPicture;
  readonly shape: LaneShape;
  /** The zlib stream. */
  readonly stream: readonly Uint8Array[];
  /** Alpha by index, in a palette picture. */
  readonly alphas: Uint8Array | undefined;
}

function openPicture(platform: Platform, png: Uint8Array, limits: Limits): OpenedPicture {
  const picture = readRightsPicture(platform, png, limits);
  const { header, chunks, band } = picture;
  for (const chunk of chunks) checkCrc(platform, png, chunk);
  checkPalette(header, chunks);
  const alphas = checkAlpha(header, chunks);
  const { width, height, depth } = header;
  const stream = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const step = channelCount(header.colourType) * (depth / 8);
  const shape = { width, rows: height - (band?.rows ?? 0), height, step };
  checkDataLength(header, rawLength(shape), stream);
  return { picture, shape, stream, alphas };
}

/** The bytes that carry, one per pixel of level 1, with the profiles that could have written them. */
export interface CarriedPlane {
  readonly picture: RightsPicture;
  readonly rows: number;
  /** Lasts until the next picture is decoded. */
  readonly plane: Uint8Array;
  readonly profiles: readonly Profile[];
}

/**
 * Decodes the carrying bytes of any non-interlaced PNG with alpha, and nothing else of it.
 * @throws TruncatedError, BadImageError, LimitExceededError, NoAlphaError, UnsupportedPngError, AuthFailedError
 */
export function decodeCarried(platform: Platform, png: Uint8Array, limits: Limits): CarriedPlane {
  const { picture, shape, stream, alphas } = openPicture(platform, png, limits);
  const plane = laneReader()?.read(stream, shape) ?? readLane(platform, stream, shape);
  if (alphas !== undefined) for (let i = 0; i < plane.length; i++) plane[i] = alphas[plane[i]!]!;
  const profilesSeen: readonly Profile[] = picture.header.depth === 16 ? ['alpha16'] : profilesOf(plane);
  return { picture, rows: shape.rows, plane, profiles: profilesSeen };
}

/** Level 1 as pixels, with as many bits per sample as the PNG has. @throws as {@link decodeCarried} does */
export function render(platform: Platform, png: Uint8Array, limits: Limits): Raster<Uint8Array | Uint16Array> {
  const { picture, shape, stream, alphas } = openPicture(platform, png, limits);
  const { depth, colourType: type } = picture.header;
  const { width, rows, step } = shape;
  const raw = inflateRows(platform, stream, shape);
  const lanes = Array.from({ length: step }, (_, lane) => unfilterLane(raw, width, rows, step, lane));
  const pixels = width * rows;
  if (depth === 16) {
    const rgba = new Uint16Array(pixels * 4);
    const sources = type === colourType.greyAlpha ? [0, 0, 0, 2] : [0, 2, 4, 6];
    sources.forEach((lane, channel) => {
      for (let i = 0; i < pixels; i++) rgba[i * 4 + channel] = (lanes[lane]![i]! << 8) | lanes[lane + 1]![i]!;
    });
    return { width, height: rows, rgba };
  }
  const rgba = new Uint8Array(pixels * 4);
  if (alphas !== undefined) {
    const palette = picture.chunks.find((chunk) => chunk.type === 'PLTE')?.data ?? new Uint8Array(0);
    for (let i = 0; i < pixels; i++) {
      const index = lanes[0]![i]!;
      if (index * 3 >= palette.length) throw new BadImageError(`pixel ${i} is not in the palette`);
      rgba.set(palette.subarray(index * 3, index * 3 + 3), i * 4);
      rgba[i * 4 + 3] = alphas[index]!;
    }
    return { width, height: rows, rgba };
  }
  const sources = type === colourType.greyAlpha ? [0, 0, 0, 1] : [0, 1, 2, 3];
  sources.forEach((lane, channel) => {
    for (let i = 0; i < pixels; i++) rgba[i * 4 + channel] = lanes[lane]![i]!;
  });
  return { width, height: rows, rgba };
}

/** The alpha of each palette index, or undefined for direct colour. @throws NoAlphaError, UnsupportedPngError */
function checkAlpha(
  { colourType: type, depth, interlaced }: PngHeader,
  chunks: readonly Chunk[],
): Uint8Array | undefined {
  const transparency = chunks.find((chunk) => chunk.type === 'tRNS')?.data;
  if (
    type === colourType.palette ? transparency === undefined : type !== colourType.rgba && type !== colourType.greyAlpha
  ) {
    throw new NoAlphaError();
  }
  if (interlaced) throw new UnsupportedPngError('interlaced pictures are not read');
  if (transparency === undefined) return undefined;
  if (depth !== 8) throw new UnsupportedPngError('palette pictures are read with 8 bits per index only');
  const alphas = new Uint8Array(256).fill(255);
  alphas.set(transparency);
  return alphas;
}

/**
 * Bytes that the headers of deflate's blocks may take beyond two for each byte of the rows, whose codes have at most 15 bits (RFC 1951
 * §3.2.7): blocks without content take a decoder's time for nothing.
 */
const SPARE_DATA_BYTES: number = 128 * 1024;

/**
 * What a payload wrote is noise and cannot have been compressed: a file with fewer bits than that is refused before memory
 * is spent on the picture it declares; one with far more than its rows can need, before time is.
 */
function checkDataLength({ width, height, depth }: PngHeader, raw: number, stream: readonly Uint8Array[]): void {
  const available = stream.reduce((sum, part) => sum + part.length, 0);
  if (available > 2 * raw + SPARE_DATA_BYTES) throw new BadImageError('far more image data than the rows can need');
  const fewestBits = depth === 16 ? 8 : 1;
  if (available * 8 < width * height * fewestBits) throw new AuthFailedError();
}

/** The carrying bytes by way of all rows: where the fast reader is missing or gives up, and to say what is wrong. */
function readLane(platform: Platform, stream: readonly Uint8Array[], shape: LaneShape): Uint8Array {
  const { width, rows, step } = shape;
  return unfilterLane(inflateRows(platform, stream, shape), width, rows, step, step - 1);
}

function inflateRows(platform: Platform, stream: readonly Uint8Array[], shape: LaneShape): Uint8Array {
  const raw = platform.inflate(stream.length === 1 ? stream[0]! : concat(stream), rawLength(shape));
  if (raw === undefined) throw new BadImageError('the image data is not what the header declares');
  return raw;
}

/** The 8-bit profiles whose alpha includes every value seen, the narrowest first. */
function profilesOf(plane: Uint8Array): Profile[] {
  let least = 255;
  for (let i = 0; i < plane.length; i++) if (plane[i]! < least) least = plane[i]!;
  return profiles.filter((profile) => {
    const { depth, floor } = profileTraits(profile);
    return depth === 8 && floor <= least;
  });
}
