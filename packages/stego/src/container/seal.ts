import { BadArgumentError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { ProfileTraits } from '../profile.ts';
import { headerLength } from './header.ts';

/*
 * The container: nonce (12) ‖ AES-256-GCM ciphertext ‖ tag (16), as long as the rows used hold, so that without the key
 * it cannot be told from noise. Keys: HMAC-SHA-256(key, label). Authenticated with it, big-endian:
 *   0  12 bytes  "p2pimg-stego"
 *  12  u8        container version (1)
 *  13  u8        profile id
 *  14  u32       width in pixels
 *  18  u32       rows of level 1
 */
const nonceLength = 12;
const tagLength = 16;
const keyLength = 32;
const ascii = new TextEncoder();
const context: Uint8Array = ascii.encode('p2pimg-stego');
const nonceLabel: Uint8Array = ascii.encode('p2pimg-stego/1 nonce');
const sealLabel: Uint8Array = ascii.encode('p2pimg-stego/1 seal');

/** Bytes that a container adds to payload, media type and name. */
export const containerOverhead: number = nonceLength + tagLength + headerLength;

/** The area that a container fills. */
export interface Area {
  readonly traits: ProfileTraits;
  readonly width: number;
  readonly rows: number;
}

/** Whole bytes that fit in an area. */
export function containerLength({ traits, width, rows }: Area): number {
  return Math.floor((width * rows * traits.bits) / 8);
}

/** Rows of `width` pixels that a container with this plaintext needs; at least 1. */
export function rowsForPlaintext(traits: ProfileTraits, width: number, plaintextBytes: number): number {
  return Math.ceil(((plaintextBytes + nonceLength + tagLength) * 8) / (width * traits.bits));
}

/** Plaintext bytes in an area; negative when not even an empty container fits. */
export function plaintextCapacity(area: Area): number {
  return containerLength(area) - nonceLength - tagLength;
}

/** @throws BadArgumentError unless the key has 32 bytes. */
export function checkKey(key: Uint8Array): void {
  if (!(key instanceof Uint8Array) || key.length !== keyLength) {
    throw new BadArgumentError(`a key has ${keyLength} bytes`);
  }
}

function authenticated({ traits, width, rows }: Area): Uint8Array {
  const aad = new Uint8Array(22);
  const view = new DataView(aad.buffer);
  aad.set(context);
  view.setUint8(12, 1);
  view.setUint8(13, traits.id);
  view.setUint32(14, width);
  view.setUint32(18, rows);
  return aad;
}

/** A container for an area, still open: the bytes of it, and among them where the plaintext goes, all zeros. */
export interface OpenContainer {
  readonly bytes: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** The last byte of a container only fills the pixels after the last whole byte. */
export function makeContainer(area: Area): OpenContainer {
  const bytes = new Uint8Array(containerLength(area) + 1);
  return { bytes, plaintext: bytes.subarray(nonceLength, -tagLength - 1) };
}

/**
 * Seals a container in place. The nonce is synthetic (as in RFC 5297): a keyed hash of area, cover and plaintext, so one
 * key never uses it for two plaintexts, and every server makes the same bytes.
 */
export function sealContainer(
  platform: Platform,
  key: Uint8Array,
  area: Area,
  coverDigest: Uint8Array,
  { bytes, plaintext }: OpenContainer,
): void {
  const aad = authenticated(area);
  const synthetic = platform.hmacSha256(platform.hmacSha256(key, nonceLabel), aad, coverDigest, plaintext);
  const nonce = synthetic.subarray(0, nonceLength);
  bytes.set(nonce);
  bytes[bytes.length - 1] = synthetic[nonceLength]!;
  platform.seal(platform.hmacSha256(key, sealLabel), nonce, aad, plaintext, bytes.subarray(nonceLength, -1));
}

/** The plaintext of a container that fills the area, or undefined when it is not authentic. */
export function openContainer(
  platform: Platform,
  key: Uint8Array,
  area: Area,
  container: Uint8Array,
): Uint8Array | undefined {
  if (container.length < nonceLength + tagLength) return undefined;
  const nonce = container.subarray(0, nonceLength);
  const sealKey = platform.hmacSha256(key, sealLabel);
  return platform.open(sealKey, nonce, authenticated(area), container.subarray(nonceLength));
}
