import { decode } from 'jpeg-js';
import { BadImageError, TruncatedError, UnsupportedJpegError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Raster } from '../raster.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';
import { turnUpright } from './orientation.ts';

const megabyte = 2 ** 20;
/** Coefficients, lines and pixels of jpeg-js for one pixel, with room to spare. */
const decoderBytesPerPixel = 48;

/** Decodes a baseline, extended or progressive JPEG in grey or YCbCr with 8 bits. */
export function decodeJpeg(bytes: Uint8Array, limits: Limits): Raster {
  const header = readJpegHeader(bytes, limits);
  refuseWhatWouldBeWrong(header);
  if (header.scanBytes * 8 < fewestBits(header))
    throw new TruncatedError('the JPEG is too short for its size in pixels');
  const pixels = header.width * header.height;
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: limits.pixels / 1e6,
      maxMemoryUsageInMB: Math.ceil((pixels * decoderBytesPerPixel) / megabyte) + 16,
    });
  } catch {
    throw new BadImageError('the JPEG cannot be decoded');
  }
  if (decoded.width !== header.width || decoded.height !== header.height) {
    throw new BadImageError('the JPEG decodes to another size than it declares');
  }
  const { width, height, data } = decoded;
  return turnUpright({ width, height, rgba: data }, header.orientation);
}

/** jpeg-js shows these in wrong colours or not at all. @throws UnsupportedJpegError */
function refuseWhatWouldBeWrong({ frame, precision, components, adobeTransform }: JpegHeader): void {
  if (frame > 2) throw new UnsupportedJpegError('lossless, hierarchical and arithmetic JPEGs are not read');
  if (precision !== 8) throw new UnsupportedJpegError(`JPEGs with ${precision} bits per sample are not read`);
  if (components.length === 4) throw new UnsupportedJpegError('CMYK JPEGs are not read; convert the picture to RGB');
  if (components.length === 2 || components.length > 4) {
    throw new UnsupportedJpegError(`JPEGs with ${components.length} components are not read`);
  }
  const ids = components.map(({ id }) => String.fromCharCode(id)).join('');
  if (components.length === 3 && (adobeTransform === 0 || (adobeTransform === undefined && ids === 'RGB'))) {
    throw new UnsupportedJpegError('JPEGs with RGB components are not read; save the picture as YCbCr');
  }
}

/** Every 8×8 block takes at least one bit of some scan. */
function fewestBits({ width, height, components }: JpegHeader): number {
  const across = Math.max(...components.map(({ horizontal }) => horizontal));
  const down = Math.max(...components.map(({ vertical }) => vertical));
  return components.reduce(
    (bits, { horizontal, vertical }) =>
      bits + Math.ceil((width * horizontal) / across / 8) * Math.ceil((height * vertical) / down / 8),
    0,
  );
}
