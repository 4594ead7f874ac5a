import { pixelsFor } from './capacity.ts';
import { encodeFileHead, headerLength, plaintextLength, writePlaintext } from './container/header.ts';
import { checkKey, makeContainer, plaintextCapacity, rowsForPlaintext, sealContainer } from './container/seal.ts';
import { type CompiledCover, compileCover } from './cover/compile.ts';
import { type Fit, scaleToPixels } from './cover/fit.ts';
import { bytesPerPixel } from './cover/layout.ts';
import { encodePicture } from './encode.ts';
import { CoverTooSmallError } from './errors.ts';
import { checkLimit, type Limits } from './limits.ts';
import type { Platform } from './platform.ts';
import { profileTraits } from './profile.ts';
import { recompress } from './recompress.ts';
import { appendRights } from './rights/rights.ts';

export interface EmbedOptions {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Media type of the payload. Default `application/octet-stream`. */
  readonly mime?: string;
  /** File name of the payload, at most 256 bytes of UTF-8. Default ''. */
  readonly name?: string;
  /** Opaque bytes of the rights band, 1 … 65,535. */
  readonly rights?: Uint8Array;
  /** What to do when the cover is too small. Default `refuse`. */
  readonly fit?: Fit;
  /** `needed` (default) shows as many rows of the cover as the payload needs; `all` shows the whole cover. */
  readonly rows?: 'needed' | 'all';
  /**
   * `speed` (default) writes the compiled bits. `size` runs deflate as well and takes what is smaller: better on smooth
   * covers, twenty times slower, and its bytes depend on the platform's deflate, so servers may differ.
   */
  readonly effort?: 'speed' | 'size';
  readonly limits?: Partial<Limits>;
}

/**
 * Hides a payload in the alpha of a cover. Deterministic: the same key, payload, options and cover give the same bytes
 * anywhere.
 * @returns a PNG
 * @throws CoverTooSmallError, LimitExceededError, BadArgumentError
 */
export function embed(
  platform: Platform,
  cover: CompiledCover,
  payload: Uint8Array,
  options: EmbedOptions,
  limits: Limits,
): Uint8Array {
  const { key, mime = 'application/octet-stream', name = '', rights, fit = 'refuse', rows: shown = 'needed' } = options;
  checkKey(key);
  checkLimit(limits, 'payloadBytes', payload.length);
  const head = encodeFileHead(mime, name);
  const traits = profileTraits(cover.profile);
  const length = plaintextLength(head, payload.length);

  let fitted = cover;
  let rows = rowsForPlaintext(traits, cover.width, length);
  if (rows > cover.height && fit !== 'tile') {
    if (fit === 'refuse') throw tooSmall(cover, length - payload.length, payload.length);
    const pixels = pixelsFor(length - headerLength, cover.profile);
    checkLimit(limits, 'pixels', pixels);
    const { profile, fidelity, source } = cover;
    const larger = scaleToPixels(source, pixels);
    fitted = compileCover(platform, larger, { profile, fidelity, allowVisible: true });
    rows = rowsForPlaintext(traits, fitted.width, length);
  } else if (shown === 'all') {
    rows = Math.max(rows, cover.height);
  }
  checkLimit(limits, 'pixels', fitted.width * rows);

  const area = { traits, width: fitted.width, rows };
  const container = makeContainer(area);
  writePlaintext(container.plaintext, head, payload);
  sealContainer(platform, key, area, fitted.digest, container);
  const written = encodePicture(platform, fitted, rows, container.bytes);
  const rawLength = rows * (1 + fitted.width * bytesPerPixel(fitted.layout));
  const png = options.effort === 'size' ? recompress(platform, written, rawLength) : written;
  return rights === undefined ? png : appendRights(platform, png, rights, limits);
}

function tooSmall(cover: CompiledCover, overhead: number, required: number): CoverTooSmallError {
  const area = { traits: profileTraits(cover.profile), width: cover.width, rows: cover.height };
  return new CoverTooSmallError(Math.max(0, plaintextCapacity(area) - overhead), required);
}
