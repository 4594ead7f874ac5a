import { CompressionType, FilterType, Transformer } from '@napi-rs/image';
import { encode } from 'fast-png';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { containerOverhead } from '../src/container/seal.ts';
import type { Raster } from '../src/index.ts';
import { nodePlatform } from '../src/index.ts';

/** Encodes RGBA of 8 bits. */
export interface Rival {
  readonly name: string;
  readonly encode: (image: Raster) => Uint8Array | Promise<Uint8Array>;
}

export const rivals: readonly Rival[] = [
  { name: 'pngjs defaults', encode: (image) => PNG.sync.write(asPng(image)) },
  {
    name: '@napi-rs/image fast+Paeth',
    encode: ({ width, height, rgba }) =>
      Transformer.fromRgbaPixels(rgba, width, height).pngSync({
        compressionType: CompressionType.Fast,
        filterType: FilterType.Paeth,
      }),
  },
  { name: 'fast-png', encode: ({ width, height, rgba }) => encode({ width, height, data: rgba, channels: 4 }) },
  {
    name: 'sharp adaptive',
    encode: ({ width, height, rgba }) =>
      sharp(rgba, { raw: { width, height, channels: 4 } })
        .png({ adaptiveFiltering: true })
        .toBuffer(),
  },
];

export function asPng({ width, height, rgba }: Raster): PNG {
  return Object.assign(new PNG({ width, height }), { data: Buffer.from(rgba.buffer, rgba.byteOffset, rgba.length) });
}

/** What every rival has to do before it encodes: seal the payload and put it into the two low bits of a copy's alpha. */
export function plainEmbed(image: Raster, payload: Uint8Array, key: Uint8Array, nonce: Uint8Array): Raster {
  const plaintext = new Uint8Array(payload.length + containerOverhead);
  plaintext.set(payload);
  const sealed = new Uint8Array(plaintext.length + 16);
  nodePlatform.seal(key, nonce, nonce, plaintext, sealed);
  const rgba = image.rgba.slice();
  for (let i = 0, pixel = 3; i < sealed.length; i++, pixel += 16) {
    const byte = sealed[i]!;
    rgba[pixel] = 252 | (byte & 3);
    rgba[pixel + 4] = 252 | ((byte >> 2) & 3);
    rgba[pixel + 8] = 252 | ((byte >> 4) & 3);
    rgba[pixel + 12] = 252 | (byte >> 6);
  }
  return { ...image, rgba };
}
