import { type Adler, adlerLength, readAdler } from '../deflate/adler.ts';
import { BadImageError, UnsupportedPngError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Platform } from '../platform.ts';
import { type Chunk, checkCrc, findChunks } from '../png/chunks.ts';
import { colourType, type PngHeader, readHeader } from '../png/header.ts';
import { type Band, decodeBand } from './band.ts';
import { type BandCode, type BandFormat, makeBandCode } from './band-code.ts';
import { isClosing } from './closing.ts';

/** Invisible, and in every 8-bit direct-colour picture the same, so that it need not be told from the picture. */
const bandBits = 2;

/** A picture taken apart as far as its rights need: no pixel is decoded. */
export interface RightsPicture {
  readonly header: PngHeader;
  readonly chunks: readonly Chunk[];
  /** The last IDAT: the band with the Adler-32 of the whole, or just the closing block with it. */
  readonly last: Chunk;
  readonly code: BandCode | undefined;
  readonly band: Band | undefined;
}

/** Takes a PNG apart. @throws StegoError as {@link findChunks} and {@link readHeader} do */
export function readRightsPicture(platform: Platform, png: Uint8Array, limits: Limits): RightsPicture {
  const chunks = findChunks(png, limits);
  checkCrc(platform, png, chunks[0]!);
  const header = readHeader(chunks, limits);
  const images = chunks.filter(({ type }) => type === 'IDAT');
  const last = images[images.length - 1]!;
  checkCrc(platform, png, last);
  const code = bandCodeFor(header, chunks);
  return { header, chunks, last, code, band: images.length > 1 && code ? findBand(code, header, last) : undefined };
}

function findBand(code: BandCode, { width, height }: PngHeader, { data }: Chunk): Band | undefined {
  const block = data.subarray(0, -adlerLength);
  const band = decodeBand(code, width, block);
  return band && band.rows < height ? band : undefined;
}

/** By the formats below, each of which there is once. */
const codes = new Map<BandFormat, BandCode>();

/** The code of a band in such a picture; undefined when it cannot have one. */
function bandCodeFor(
  { colourType: type, depth, interlaced }: PngHeader,
  chunks: readonly Chunk[],
): BandCode | undefined {
  const format = interlaced ? undefined : bandFormat(type, depth, chunks);
  if (format === undefined) return undefined;
  let code = codes.get(format);
  if (code === undefined) {
    code = makeBandCode(format);
    codes.set(format, code);
  }
  return code;
}

const white = 255;
const floor = 256 - (1 << bandBits);
const rgba16: BandFormat = { fixed: Array(7).fill(white), bits: 8, floor: 0 };
const greyAlpha16: BandFormat = { fixed: Array(3).fill(white), bits: 8, floor: 0 };
const rgba8: BandFormat = { fixed: Array(3).fill(white), bits: bandBits, floor };
/** One fixed byte is too short for a match and gets a code of its own, so it is none of the values carried. */
const greyAlpha8: BandFormat = { fixed: [floor - 1], bits: bandBits, floor };
const palettes: readonly BandFormat[] = [1, 2, 3].map((bits) => ({ fixed: [], bits, floor: 0 }));

function bandFormat(type: number, depth: number, chunks: readonly Chunk[]): BandFormat | undefined {
  if (type === colourType.rgba) return depth === 16 ? rgba16 : rgba8;
  if (type === colourType.greyAlpha) return depth === 16 ? greyAlpha16 : greyAlpha8;
  return type === colourType.palette && depth === 8 ? paletteFormat(chunks) : undefined;
}

/** The one with as many bits as an index carries: the first 2^bits entries of tRNS rise from 256 − 2^bits to 255. */
function paletteFormat(chunks: readonly Chunk[]): BandFormat | undefined {
  const first = chunks.find(({ type }) => type === 'tRNS')?.data[0];
  return palettes.find(({ bits }) => first === 256 - (1 << bits));
}

/** The Adler-32 at the end of the last IDAT, as stored. */
export function storedAdler({ data }: Chunk): Adler {
  return readAdler(data, data.length - adlerLength);
}

/** @throws BadImageError, UnsupportedPngError unless the chunks are just those that `embed` writes, in full. */
export function requireOwnLayout({ chunks, last, band, code }: RightsPicture, png: Uint8Array): BandCode {
  const kept = chunks.reduce((sum, { data }) => sum + data.length + 12, 8);
  const images = chunks.filter(({ type }) => type === 'IDAT').length;
  if (code === undefined || images !== 2 || kept !== png.length) {
    throw new UnsupportedPngError('the picture was not written by this package, or was saved again by another program');
  }
  if (band === undefined && !isClosing(last.data))
    throw new BadImageError('the last IDAT is neither closing nor a band');
  return code;
}
