import { adlerBytes, adlerLength, amendAdler, extendAdler, retractAdler } from '../deflate/adler.ts';
import { BadArgumentError, RightsBandError } from '../errors.ts';
import { checkLimit, type Limits } from '../limits.ts';
import type { Platform } from '../platform.ts';
import { concat, finishChunk, makeChunk } from '../png/chunks.ts';
import { headerData } from '../png/header.ts';
import { bandStretch, encodeBand, largestRights, makeBand, patchBand } from './band.ts';
import { closingData } from './closing.ts';
import { type RightsPicture, readRightsPicture, requireOwnLayout, storedAdler } from './picture.ts';

/** The bytes of the rights band, or undefined when there is none. Reads chunk headers and the band, no pixel. */
export function readRights(platform: Platform, png: Uint8Array, limits: Limits): Uint8Array | undefined {
  return readRightsPicture(platform, png, limits).band?.bytes;
}

/**
 * Overwrites the rights band in place; `bytes` must be as many as it holds.
 * @throws RightsBandError when there is no band, or one of another size
 */
export function writeRights(platform: Platform, png: Uint8Array, bytes: Uint8Array, limits: Limits): void {
  const picture = readRightsPicture(platform, png, limits);
  const { band, last, code } = picture;
  if (band === undefined || code === undefined) throw new RightsBandError('the picture has no rights band');
  if (band.bytes.length !== bytes.length) {
    throw new RightsBandError(`the rights band has ${band.bytes.length} bytes, not ${bytes.length}`);
  }
  const change = patchBand(code, last.data, band, makeBand(code.format, band.width, bytes));
  last.data.set(adlerBytes(amendAdler(storedAdler(last), change)), last.data.length - adlerLength);
  finishChunk(platform, png, last.start, 'IDAT', last.data.length);
}

/**
 * A copy of a level-1 picture with a rights band of 1 … 65,535 bytes. {@link stripRights} is its exact inverse.
 * @throws RightsBandError when it has a band already; UnsupportedPngError when `embed` did not write these bytes
 */
export function appendRights(platform: Platform, png: Uint8Array, bytes: Uint8Array, limits: Limits): Uint8Array {
  const picture = readRightsPicture(platform, png, limits);
  const code = requireOwnLayout(picture, png);
  if (picture.band !== undefined) throw new RightsBandError('the picture has a rights band already');
  if (bytes.length < 1 || bytes.length > largestRights) {
    throw new BadArgumentError(`rights have 1 to ${largestRights} bytes`);
  }
  const { width, height } = picture.header;
  const band = makeBand(code.format, width, bytes);
  checkLimit(limits, 'pixels', width * (height + band.rows));
  const adler = extendAdler(storedAdler(picture.last), bandStretch(code, band));
  const data = concat([encodeBand(code, band), adlerBytes(adler)]);
  return replaceLast(platform, png, picture, height + band.rows, data);
}

/**
 * The level-1 picture, byte for byte as `embed` wrote it.
 * @returns a copy without the band, or a plain copy when there is none
 * @throws UnsupportedPngError when `embed` did not write these bytes
 */
export function stripRights(platform: Platform, png: Uint8Array, limits: Limits): Uint8Array {
  const picture = readRightsPicture(platform, png, limits);
  const code = requireOwnLayout(picture, png);
  const { band } = picture;
  if (band === undefined) return png.slice();
  const adler = retractAdler(storedAdler(picture.last), bandStretch(code, band));
  return replaceLast(platform, png, picture, picture.header.height - band.rows, closingData(adler));
}

function replaceLast(
  platform: Platform,
  png: Uint8Array,
  { header, chunks, last }: RightsPicture,
  height: number,
  data: Uint8Array,
): Uint8Array {
  const ihdr = chunks[0]!;
  const renewed = makeChunk(platform, 'IHDR', headerData(header.width, height, header.depth, header.colourType));
  return concat([
    png.subarray(0, ihdr.start),
    renewed,
    png.subarray(ihdr.start + renewed.length, last.start),
    makeChunk(platform, 'IDAT', data),
    png.subarray(last.start + 12 + last.data.length),
  ]);
}
