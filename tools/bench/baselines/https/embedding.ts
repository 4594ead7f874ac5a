/**
 * The same embedding as ours, as one would write it with a library: sealed, then one byte in the low half of each pixel's 16-bit alpha,
 * in the same cover at the same size.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { endianness } from 'node:os';
import { type Raster, scaleToPixels } from '@p2pimg/stego';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { standardCover } from '../../../../packages/cloud/src/node/standard-cover.ts';

export const ENCODERS = ['sharp', 'pngjs'] as const;
export type Encoder = (typeof ENCODERS)[number];

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const OVERHEAD_BYTES: number = LENGTH_BYTES + NONCE_BYTES + TAG_BYTES;

/** One frame of 16-bit RGBA, opaque but for what is hidden in the low byte of alpha. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

const covers = new Map<number, Samples>();

/** @returns a PNG */
export async function hide(payload: Uint8Array, key: Uint8Array, encoder: Encoder): Promise<Uint8Array> {
  const bytes = seal(payload, key);
  const { width, height, data } = coverOf(bytes.length);
  const carrying = data.slice();
  for (let i = 0; i < bytes.length; i++) carrying[4 * i + 3] = 0xff00 | bytes[i]!;
  return encoder === 'sharp'
    ? withSharp({ width, height, data: carrying })
    : withPngjs({ width, height, data: carrying });
}

/** @throws Error when the picture is not one that `hide` has made with that key */
export async function find(png: Uint8Array, key: Uint8Array): Promise<Uint8Array> {
  const { data } = await sharp(png)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const bytes = new Uint8Array(samples.length / 4);
  for (let i = 0; i < bytes.length; i++) bytes[i] = samples[4 * i + 3]! & 0xff;
  return open(bytes, key);
}

function seal(payload: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(payload.length);
  const sealed = cipher.update(payload);
  cipher.final();
  return Buffer.concat([length, nonce, cipher.getAuthTag(), sealed]);
}

function open(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = buffer.readUInt32BE(0);
  const decipher = createDecipheriv(ALGORITHM, key, buffer.subarray(LENGTH_BYTES, LENGTH_BYTES + NONCE_BYTES));
  decipher.setAuthTag(buffer.subarray(LENGTH_BYTES + NONCE_BYTES, OVERHEAD_BYTES));
  const payload = decipher.update(buffer.subarray(OVERHEAD_BYTES, OVERHEAD_BYTES + length));
  decipher.final();
  return payload;
}

/** The cover is scaled and widened to 16 bits once for each size. */
function coverOf(pixels: number): Samples {
  const known = covers.get(pixels);
  if (known !== undefined) return known;
  const { width, height, rgba }: Raster = scaleToPixels(standardCover(), pixels);
  const fresh = { width, height, data: Uint16Array.from(rgba, (byte) => byte * 257) };
  covers.set(pixels, fresh);
  return fresh;
}

function withSharp({ width, height, data }: Samples): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 4 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
}

function withPngjs({ width, height, data }: Samples): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // pngjs takes samples of this machine and writes them as PNG wants them.
  if (endianness() === 'BE') bytes.swap16();
  const png = Object.assign(new PNG({ width, height }), { data: bytes });
  return PNG.sync.write(png, { bitDepth: 16, colorType: 6, inputColorType: 6 });
}
