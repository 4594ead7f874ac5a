import { BadImageError, TruncatedError } from '../errors.ts';
import { checkLimit, defaultLimits, type Limits } from '../limits.ts';
import { hasPngSignature } from '../png/chunks.ts';
import type { Raster } from '../raster.ts';
import { decodeJpeg } from './jpeg-cover.ts';
import { isJpeg } from './jpeg-header.ts';
import { decodePng } from './png-cover.ts';

/**
 * Decodes a PNG or a JPEG that nobody vouches for. Headers, limits and sizes are checked before any pixel is decoded.
 * JPEGs are turned upright by their EXIF orientation; 16-bit PNGs become 8-bit ones.
 * @throws LimitExceededError, TruncatedError, BadImageError, UnsupportedJpegError, UnsupportedPngError
 */
export function decodeCover(bytes: Uint8Array, limits?: Partial<Limits>): Raster {
  const all = { ...defaultLimits, ...limits };
  checkLimit(all, 'imageBytes', bytes.length);
  if (hasPngSignature(bytes)) return decodePng(bytes, all);
  if (isJpeg(bytes)) return decodeJpeg(bytes, all);
  if (bytes.length < 8) throw new TruncatedError('too short for a PNG or JPEG');
  throw new BadImageError('neither a PNG nor a JPEG');
}
