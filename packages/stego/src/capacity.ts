import { headerLength } from './container/header.ts';
import { containerOverhead, plaintextCapacity } from './container/seal.ts';
import { BadArgumentError } from './errors.ts';
import { type Profile, profileTraits } from './profile.ts';

/**
 * Payload bytes that a picture holds; 0 when it holds none. The UTF-8 bytes of media type and name count against it.
 * @param width pixels, ≥ 1
 * @param height rows of level 1, ≥ 1 (the rights band has its own rows)
 * @throws BadArgumentError
 */
export function capacity(width: number, height: number, profile: Profile): number {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new BadArgumentError(`a picture of ${width}×${height} pixels cannot be`);
  }
  const plaintext = plaintextCapacity({ traits: profileTraits(profile), width, rows: height });
  return Math.max(0, plaintext - headerLength);
}

/** Pixels that a payload of this many bytes needs, media type and name (UTF-8 bytes) counted in `payloadBytes`. */
export function pixelsFor(payloadBytes: number, profile: Profile): number {
  return Math.ceil(((payloadBytes + containerOverhead) * 8) / profileTraits(profile).bits);
}
