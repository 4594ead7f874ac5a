import { BadImageError, TruncatedError } from '../errors.ts';
import { checkLimit, type Limits } from '../limits.ts';
import type { Platform } from '../platform.ts';

const signature: readonly number[] = [137, 80, 78, 71, 13, 10, 26, 10];
/** Length, type and CRC around a chunk's data. */
export const chunkOverhead = 12;
/** Where the first chunk starts. */
export const signatureLength = 8;

/** One chunk; `start` is where its length field stands, `data` shares memory with the file. */
export interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly data: Uint8Array;
}

/** True when the bytes begin like a PNG. */
export function hasPngSignature(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Finds the chunks of a PNG (PNG specification, third edition, section 5) without reading their data; ancillary ones are
 * left out. Order is checked as far as it matters here: IHDR first, PLTE and tRNS before IDAT, the IDATs together, IEND
 * last with nothing after it.
 * @throws TruncatedError, BadImageError, LimitExceededError
 */
export function findChunks(png: Uint8Array, limits: Limits): Chunk[] {
  checkLimit(limits, 'imageBytes', png.length);
  if (!hasPngSignature(png)) {
    if (png.length < signatureLength) throw new TruncatedError('too short for a PNG');
    throw new BadImageError('not a PNG');
  }
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  let previous = '';
  let at = signatureLength;
  for (let count = 1; previous !== 'IEND'; count++) {
    checkLimit(limits, 'chunks', count);
    if (at + chunkOverhead > png.length) throw new TruncatedError(`the PNG ends within a chunk at byte ${at}`);
    const length = view.getUint32(at);
    const code = view.getUint32(at + 4);
    const wanted = wantedTypes.get(code);
    const type = wanted ?? typeName(code, at);
    const end = at + chunkOverhead + length;
    if (end > png.length) throw new TruncatedError(`chunk ${type} at byte ${at} goes past the end of the PNG`);
    if (previous === '' && type !== 'IHDR') throw new BadImageError('the PNG does not begin with IHDR');
    if (wanted !== undefined) {
      checkOrder(chunks, type, previous);
      chunks.push({ type, start: at, data: png.subarray(at + 8, end - 4) });
    } else if (isCritical(type)) {
      throw new BadImageError(`critical chunk ${type} is not known`);
    }
    previous = type;
    at = end;
  }
  if (at !== png.length) throw new BadImageError(`${png.length - at} bytes follow the end of the PNG`);
  if (!chunks.some(({ type }) => type === 'IDAT')) throw new BadImageError('the PNG has no image data');
  return chunks;
}

/** {@link findChunks}, and the CRC of each checked. */
export function readChunks(platform: Platform, png: Uint8Array, limits: Limits): Chunk[] {
  const chunks = findChunks(png, limits);
  for (const chunk of chunks) checkCrc(platform, png, chunk);
  return chunks;
}

/** @throws BadImageError when the chunk's CRC is wrong. */
export function checkCrc(platform: Platform, png: Uint8Array, { type, start, data }: Chunk): void {
  const end = start + 8 + data.length;
  const stored = new DataView(png.buffer, png.byteOffset + end, 4).getUint32(0);
  if (platform.crc32(png.subarray(start + 4, end)) !== stored) {
    throw new BadImageError(`chunk ${type} at byte ${start} has a wrong CRC`);
  }
}

const wantedTypes: ReadonlyMap<number, string> = new Map(
  ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].map((type) => [typeCode(type), type]),
);

function typeCode(type: string): number {
  return [...type].reduce((code, letter) => code * 256 + letter.charCodeAt(0), 0);
}

/** @throws BadImageError unless all four bytes are letters. */
function typeName(code: number, at: number): string {
  const letters = [code >>> 24, (code >>> 16) & 255, (code >>> 8) & 255, code & 255];
  const name = String.fromCharCode(...letters);
  if (!/^[A-Za-z]{4}$/.test(name)) throw new BadImageError(`the chunk at byte ${at} has no valid type`);
  return name;
}

function isCritical(type: string): boolean {
  return type < 'a';
}

function checkOrder(chunks: readonly Chunk[], type: string, previous: string): void {
  const sameType = chunks.some((chunk) => chunk.type === type);
  const misplaced =
    type === 'IDAT'
      ? sameType && previous !== 'IDAT'
      : sameType || (type !== 'IEND' && chunks.some((chunk) => chunk.type === 'IDAT'));
  if (misplaced) throw new BadImageError(`chunk ${type} is out of place`);
}

/** A chunk with its length, type and CRC. */
export function makeChunk(platform: Platform, type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(data.length + chunkOverhead);
  chunk.set(data, 8);
  finishChunk(platform, chunk, 0, type, data.length);
  return chunk;
}

/** Writes length, type and CRC around data that already stands at `start + 8`. */
export function finishChunk(
  platform: Platform,
  png: Uint8Array,
  start: number,
  type: string,
  dataLength: number,
): void {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  view.setUint32(start, dataLength);
  for (let i = 0; i < 4; i++) png[start + 4 + i] = type.charCodeAt(i);
  const end = start + 8 + dataLength;
  view.setUint32(end, platform.crc32(png.subarray(start + 4, end)));
}

export function pngSignature(): Uint8Array {
  return Uint8Array.from(signature);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
