/** What an owner grants to a viewer on a picture. */

import { type CryptoSuite, inContext } from '@p2pimg/identity';
import { utf8Encode } from '@p2pimg/wire';
import { dataView, isZero } from '../bytes.ts';
import { MalformedGrantError } from './errors.ts';

/** `witnessed`: the cloud counts each view. `offline`: it counts n in advance. `trusting`: it is not asked. */
export type GrantMode = 'witnessed' | 'offline' | 'trusting';

/** A key share sealed by HPKE: 32 bytes encapsulation, 48 bytes ciphertext. */
export const SEALED_KEY_BYTES = 80;
export const GRANT_ID_BYTES = 16;
const MAX_U32 = 0xffff_ffff;

export interface Grant {
  readonly mode: GrantMode;
  /** 16 bytes; see {@link grantIdOf}. */
  readonly grantId: Uint8Array;
  /** 1 … 2^32 − 1, one more for every change. */
  readonly version: number;
  /** Absolute and cumulative; 0 is revoked. */
  readonly allowed: number;
  /** In mode `offline`, how many views one device may take in advance; else 0. */
  readonly offlineViews: number;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch, or 0 for never; mode `offline` always has one. */
  readonly expiresAt: number;
  readonly ownerId: number;
  readonly viewerId: number;
  /** SHA-256 of the level-1 stego picture. */
  readonly contentHash: Uint8Array;
  /** SHA-256 of the image id; see {@link imageIdHash}. */
  readonly imageIdHash: Uint8Array;
  readonly ownerSignKey: Uint8Array;
  readonly viewerSignKey: Uint8Array;
  readonly viewerBoxKey: Uint8Array;
  /** 80 bytes; in mode `trusting` the whole content key is inside. */
  readonly viewerShare: Uint8Array;
  /** 80 bytes; zero in mode `trusting`. */
  readonly cloudShare: Uint8Array;
  /** 8 bytes: the cluster key that the cloud's share is sealed to; zero in mode `trusting`. */
  readonly clusterKeyId: Uint8Array;
}

/** A grant with the very bytes that the owner signed. */
export interface SignedGrant extends Grant {
  /** 464 bytes. */
  readonly bytes: Uint8Array;
}

/** SHA-256 of the image id in UTF-8. */
export function imageIdHash(suite: CryptoSuite, imageId: string): Uint8Array {
  return suite.sha256(utf8Encode(imageId));
}

/**
 * The one grant id of (owner, viewer, picture), for ever: a hash, so that nobody can take the id of somebody else's grant and push
 * its version up, and an owner who has lost its files finds the same id again.
 */
export function grantIdOf(
  suite: CryptoSuite,
  parties: Pick<Grant, 'ownerId' | 'viewerId' | 'imageIdHash'>,
): Uint8Array {
  const ids = new Uint8Array(16);
  dataView(ids).setBigUint64(0, BigInt(parties.ownerId));
  dataView(ids).setBigUint64(8, BigInt(parties.viewerId));
  return suite.sha256(inContext('p2pimg grant id v1', ids, parties.imageIdHash)).slice(0, GRANT_ID_BYTES);
}

/** Whether nothing may be shown under the grant any more, at `now` milliseconds since the epoch. */
export function isExpired({ expiresAt }: Pick<Grant, 'expiresAt'>, now: number): boolean {
  return expiresAt !== 0 && now >= expiresAt;
}

/** The relations between fields that every grant keeps, when made and when read. @throws MalformedGrantError */
export function checkGrant(grant: Grant): void {
  const { version, allowed, offlineViews, issuedAt, expiresAt, ownerId, viewerId } = grant;
  check(isIn(version, 1, MAX_U32), 'the version is out of range');
  check(isIn(allowed, 0, MAX_U32), 'the allowed views are out of range');
  check(isIn(ownerId, 1) && isIn(viewerId, 1), 'a client id is out of range');
  check(ownerId !== viewerId, 'owner and viewer are the same');
  check(isIn(issuedAt, 0) && isIn(expiresAt, 0), 'a time is out of range');
  check(expiresAt === 0 || expiresAt > issuedAt, 'it expires before it is issued');
  if (grant.mode === 'offline') {
    check(isIn(offlineViews, 1, MAX_U32), 'the offline views are out of range');
    check(expiresAt !== 0, 'an offline grant must expire');
  } else {
    check(offlineViews === 0, 'only an offline grant has offline views');
  }
  const cloudless = isZero(grant.cloudShare) && isZero(grant.clusterKeyId);
  if (grant.mode === 'trusting') check(cloudless, 'a trusting grant has no share for the cloud');
  else check(!isZero(grant.cloudShare), "the cloud's share is missing");
}

function isIn(value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function check(holds: boolean, problem: string): void {
  if (!holds) throw new MalformedGrantError(`grant: ${problem}`);
}
