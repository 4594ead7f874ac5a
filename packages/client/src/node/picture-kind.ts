/** What a picture file says of itself, read from its header alone. */

import { MAX_HIDDEN_FILE_BYTES } from '@p2pimg/wire';
import { PictureError } from './errors.ts';

export const MAX_PIXELS: number = 16 * 1024 * 1024;

export interface PictureKind {
  readonly mime: 'image/png' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
}

/** @throws PictureError */
export function pictureKind(bytes: Uint8Array): PictureKind {
  if (bytes.length > MAX_HIDDEN_FILE_BYTES) {
    throw new PictureError(`the picture has ${bytes.length} bytes; at most ${MAX_HIDDEN_FILE_BYTES} are allowed`);
  }
  const kind = pngKind(bytes) ?? jpegKind(bytes);
  if (kind === undefined) throw new PictureError('the file is no PNG or JPEG picture');
  if (kind.width < 1 || kind.height < 1 || kind.width * kind.height > MAX_PIXELS) {
    throw new PictureError(
      `the picture claims ${kind.width} × ${kind.height} pixels; at most ${MAX_PIXELS} are allowed`,
    );
  }
  return kind;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** PNG (Third Edition) §5.2 and §11.2.1: the first chunk is IHDR. */
function pngKind(bytes: Uint8Array): PictureKind | undefined {
  if (bytes.length < 33 || PNG_SIGNATURE.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(12) !== 0x49484452) return undefined;
  return { mime: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** ITU-T T.81 §B.1.1.3 and §B.2.2: segments up to the first frame header. */
function jpegKind(bytes: Uint8Array): PictureKind | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { mime: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
