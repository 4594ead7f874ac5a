import { capacity } from './capacity.ts';
import { type HiddenFile, readPlaintext } from './container/header.ts';
import { checkKey, containerLength, openContainer } from './container/seal.ts';
import { readPlane } from './container/symbols.ts';
import { decodeCarried } from './decode.ts';
import { AuthFailedError } from './errors.ts';
import { checkLimit, type Limits } from './limits.ts';
import type { Platform } from './platform.ts';
import { type Profile, profileTraits } from './profile.ts';

export interface Extracted extends HiddenFile {
  /** Bytes of the rights band; undefined when there is none. Not authenticated here. */
  readonly rights: Uint8Array | undefined;
}

/**
 * Takes the hidden file out of a picture. `payload` is a fresh buffer.
 * @param key 32 bytes
 * @throws AuthFailedError, TruncatedError, NoAlphaError, UnsupportedPngError, BadImageError, LimitExceededError,
 *   BadArgumentError
 */
export function extract(platform: Platform, png: Uint8Array, key: Uint8Array, limits: Limits): Extracted {
  checkKey(key);
  const { picture, rows, plane, profiles } = decodeCarried(platform, png, limits);
  const { width } = picture.header;
  for (const profile of profiles) {
    const traits = profileTraits(profile);
    const area = { traits, width, rows };
    const container = readPlane(plane, traits.bits).subarray(0, containerLength(area));
    const plaintext = openContainer(platform, key, area, container);
    if (plaintext === undefined) continue;
    const file = readPlaintext(plaintext);
    checkLimit(limits, 'payloadBytes', file.payload.length);
    return { ...file, rights: picture.band?.bytes };
  }
  throw new AuthFailedError();
}

/** What can be said of a picture without its key. */
export interface Inspection {
  readonly width: number;
  /** Rows of level 1. */
  readonly rows: number;
  readonly bitDepth: number;
  /** PNG colour type: 3 palette, 4 grey, 6 RGB, each with alpha. */
  readonly colourType: number;
  /** The profile that the alpha values fit, if they fit one; that something is hidden cannot be seen. */
  readonly profile: Profile | undefined;
  /** Payload bytes that `rows` hold under that profile. */
  readonly capacity: number;
  /** Bytes and rows of the rights band. */
  readonly rights: { readonly length: number; readonly rows: number } | undefined;
}

/** @throws StegoError as {@link extract} does, but for the key */
export function inspect(platform: Platform, png: Uint8Array, limits: Limits): Inspection {
  const { picture, rows, profiles } = decodeCarried(platform, png, limits);
  const { header, band } = picture;
  const profile = profiles[0];
  return {
    width: header.width,
    rows,
    bitDepth: header.depth,
    colourType: header.colourType,
    profile,
    capacity: profile === undefined ? 0 : capacity(header.width, rows, profile),
    rights: band && { length: band.bytes.length, rows: band.rows },
  };
}
