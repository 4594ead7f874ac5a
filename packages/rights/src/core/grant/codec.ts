/**
 * The grant in 464 bytes, big-endian (docs/protocol/grants.md):
 *
 *     0  format u8 = 1            48  owner id u64           192  viewer box key 32
 *     1  mode u8                  56  viewer id u64          224  viewer's share 80 (HPKE: enc 32, ciphertext 48)
 *     2  reserved u16 = 0         64  content hash 32        304  cloud's share 80 (HPKE)
 *     4  grant id 16              96  image id hash 32       384  cluster key id 8
 *    20  version u32             128  owner sign key 32      392  reserved 8 = 0
 *    24  allowed u32             160  viewer sign key 32     400  Ed25519 signature 64
 *    28  offline views u32
 *    32  issued at u64 ms
 *    40  expires at u64 ms
 *
 * Bytes 0 … 223, the header, are the associated data of both shares; bytes 0 … 399 are signed.
 */

import { type CryptoSuite, inContext } from '@p2pimg/identity';
import { concatBytes, equalBytes } from '@p2pimg/wire';
import { dataView, isZero, readSafeU64 } from '../bytes.ts';
import { GrantMismatchError, GrantSignatureError, MalformedGrantError } from './errors.ts';
import { checkGrant, type Grant, type GrantMode, grantIdOf, imageIdHash, type SignedGrant } from './grant.ts';

export const GRANT_BYTES = 464;
export const GRANT_HEADER_BYTES = 224;
const SIGNED_BYTES = 400;
const FORMAT = 1;
const CONTEXT = 'p2pimg grant v1';
const MODES: readonly GrantMode[] = ['witnessed', 'offline', 'trusting'];

/** The fields before the shares. */
export type GrantHeader = Omit<Grant, 'viewerShare' | 'cloudShare' | 'clusterKeyId'>;

/** Bytes 0 … 223: what both shares are bound to. */
export function encodeGrantHeader(grant: GrantHeader): Uint8Array {
  const bytes = new Uint8Array(GRANT_HEADER_BYTES);
  const view = dataView(bytes);
  view.setUint8(0, FORMAT);
  view.setUint8(1, MODES.indexOf(grant.mode));
  bytes.set(grant.grantId, 4);
  view.setUint32(20, grant.version);
  view.setUint32(24, grant.allowed);
  view.setUint32(28, grant.offlineViews);
  view.setBigUint64(32, BigInt(grant.issuedAt));
  view.setBigUint64(40, BigInt(grant.expiresAt));
  view.setBigUint64(48, BigInt(grant.ownerId));
  view.setBigUint64(56, BigInt(grant.viewerId));
  bytes.set(grant.contentHash, 64);
  bytes.set(grant.imageIdHash, 96);
  bytes.set(grant.ownerSignKey, 128);
  bytes.set(grant.viewerSignKey, 160);
  bytes.set(grant.viewerBoxKey, 192);
  return bytes;
}

/** Signs a grant. @throws MalformedGrantError when its fields contradict each other */
export function signGrant(suite: CryptoSuite, grant: Grant, ownerPrivateKey: Uint8Array): SignedGrant {
  checkGrant(grant);
  const reserved = new Uint8Array(8);
  const { viewerShare, cloudShare, clusterKeyId } = grant;
  const signed = concatBytes(encodeGrantHeader(grant), viewerShare, cloudShare, clusterKeyId, reserved);
  return { ...grant, bytes: concatBytes(signed, suite.ed25519Sign(ownerPrivateKey, inContext(CONTEXT, signed))) };
}

/**
 * Reads a grant without believing it: layout and relations only. For anything but looking at it use {@link verifyGrant}.
 * @throws MalformedGrantError
 */
export function decodeGrant(suite: CryptoSuite, bytes: Uint8Array): SignedGrant {
  if (bytes.length !== GRANT_BYTES) throw new MalformedGrantError(`a grant has ${GRANT_BYTES} bytes`);
  const view = dataView(bytes);
  if (view.getUint8(0) !== FORMAT) throw new MalformedGrantError('the grant has another format');
  const mode = MODES[view.getUint8(1)];
  if (mode === undefined) throw new MalformedGrantError('the grant has an unknown mode');
  if (view.getUint16(2) !== 0 || !isZero(bytes.subarray(392, 400))) {
    throw new MalformedGrantError('reserved bytes of the grant are not zero');
  }
  const u64 = (at: number): number => readSafeU64(view, at, () => new MalformedGrantError('a number is out of range'));
  const own = bytes.slice();
  const grant: SignedGrant = {
    mode,
    grantId: own.subarray(4, 20),
    version: view.getUint32(20),
    allowed: view.getUint32(24),
    offlineViews: view.getUint32(28),
    issuedAt: u64(32),
    expiresAt: u64(40),
    ownerId: u64(48),
    viewerId: u64(56),
    contentHash: own.subarray(64, 96),
    imageIdHash: own.subarray(96, 128),
    ownerSignKey: own.subarray(128, 160),
    viewerSignKey: own.subarray(160, 192),
    viewerBoxKey: own.subarray(192, 224),
    viewerShare: own.subarray(224, 304),
    cloudShare: own.subarray(304, 384),
    clusterKeyId: own.subarray(384, 392),
    bytes: own,
  };
  checkGrant(grant);
  if (!equalBytes(grant.grantId, grantIdOf(suite, grant))) {
    throw new MalformedGrantError("the grant's id is not that of its owner, viewer and picture");
  }
  return grant;
}

/** What the verifier knows from elsewhere: the directory, its session, its own files. */
export interface GrantExpectation {
  /** From the directory or the contact list, never from the grant itself. */
  readonly ownerSignKey: Uint8Array;
  readonly ownerId?: number;
  readonly viewerId?: number;
  readonly imageId?: string;
}

/** @throws MalformedGrantError, GrantMismatchError, GrantSignatureError */
export function verifyGrant(suite: CryptoSuite, bytes: Uint8Array, expected: GrantExpectation): SignedGrant {
  const grant = decodeGrant(suite, bytes);
  const { ownerSignKey, ownerId, viewerId, imageId } = expected;
  if (!equalBytes(grant.ownerSignKey, ownerSignKey))
    throw new GrantMismatchError("the grant names another owner's key");
  if (ownerId !== undefined && grant.ownerId !== ownerId) throw new GrantMismatchError('the grant is of another owner');
  if (viewerId !== undefined && grant.viewerId !== viewerId)
    throw new GrantMismatchError('the grant is for another viewer');
  if (imageId !== undefined && !equalBytes(grant.imageIdHash, imageIdHash(suite, imageId))) {
    throw new GrantMismatchError('the grant is on another picture');
  }
  const signed = inContext(CONTEXT, bytes.subarray(0, SIGNED_BYTES));
  if (!suite.ed25519Verify(ownerSignKey, signed, bytes.subarray(SIGNED_BYTES))) {
    throw new GrantSignatureError('the owner did not sign this grant');
  }
  return grant;
}
