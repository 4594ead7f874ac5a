/** The sealed halves of a content key, from a grant to a picture on the screen. */

import { type ClusterKeyPair, type CryptoSuite, generateBoxPair, type KeyPair } from '@p2pimg/identity';
import { equalBytes } from '@p2pimg/wire';
import { RightsError } from '../core/errors.ts';
import { GRANT_HEADER_BYTES } from '../core/grant/codec.ts';
import type { SignedGrant } from '../core/grant/grant.ts';
import { openKey, type SealPurpose, sealKey } from './hpke.ts';

const NO_AAD: Uint8Array = new Uint8Array();

/** None of the given private keys is the one that the share is sealed to. */
export class MissingKeyError extends RightsError {
  override readonly name: string = 'MissingKeyError';
}

/**
 * The viewer's half (in mode `trusting` the whole content key).
 * @param boxes the viewer's current session key and its retired ones
 * @throws MissingKeyError, SealedKeyError
 */
export async function openViewerShare(grant: SignedGrant, boxes: readonly KeyPair[]): Promise<Uint8Array> {
  const box = boxes.find(({ publicKey }) => equalBytes(publicKey, grant.viewerBoxKey));
  if (box === undefined) throw new MissingKeyError('the grant is sealed to another key than the ones here');
  return openKey(sharePurpose('viewer', grant), box, grant.viewerShare);
}

/** The cloud's half. @param clusterKeys the current one and its predecessors @throws MissingKeyError, SealedKeyError */
export async function openCloudShare(grant: SignedGrant, clusterKeys: readonly ClusterKeyPair[]): Promise<Uint8Array> {
  const key = clusterKeys.find(({ id }) => equalBytes(id, grant.clusterKeyId));
  if (key === undefined) throw new MissingKeyError('the grant is sealed to a cluster key that is not here');
  return openKey(sharePurpose('cloud', grant), key, grant.cloudShare);
}

function sharePurpose(role: 'viewer' | 'cloud', { grantId, version, bytes }: SignedGrant): SealPurpose {
  return { role, grantId, version, aad: bytes.subarray(0, GRANT_HEADER_BYTES) };
}

/**
 * A key pair for one view. The public half is the nonce of the request; the private half lives in memory until the answer is opened and
 * is never stored, so that an answer which is sent again after a restore opens for nobody.
 */
export function makeReleaseKey(suite: CryptoSuite): KeyPair {
  return generateBoxPair(suite);
}

/** What one release is about. */
export interface Release {
  readonly grantId: Uint8Array;
  /** The version of the grant whose share is released. */
  readonly version: number;
}

/** The cloud's half sealed to the nonce of one request; 80 bytes. */
export function sealRelease(
  suite: CryptoSuite,
  release: Release,
  nonce: Uint8Array,
  cloudShare: Uint8Array,
): Promise<Uint8Array> {
  return sealKey(suite, releasePurpose(release), nonce, cloudShare);
}

/** @throws SealedKeyError */
export function openRelease(release: Release, releaseKey: KeyPair, sealed: Uint8Array): Promise<Uint8Array> {
  return openKey(releasePurpose(release), releaseKey, sealed);
}

function releasePurpose({ grantId, version }: Release): SealPurpose {
  return { role: 'release', grantId, version, aad: NO_AAD };
}

/** In mode `offline`, the content key as the ledger keeps it: sealed to this device's own session key; 80 bytes. */
export function sealDeviceKey(
  suite: CryptoSuite,
  grantId: Uint8Array,
  boxKey: Uint8Array,
  contentKey: Uint8Array,
): Promise<Uint8Array> {
  return sealKey(suite, devicePurpose(grantId), boxKey, contentKey);
}

/** @throws SealedKeyError when it opens with none of the keys */
export async function openDeviceKey(
  grantId: Uint8Array,
  boxes: readonly KeyPair[],
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const attempts = boxes.map((box) => openKey(devicePurpose(grantId), box, sealed));
  return Promise.any(attempts).catch((error: AggregateError) => Promise.reject(error.errors[0]));
}

function devicePurpose(grantId: Uint8Array): SealPurpose {
  return { role: 'device', grantId, version: 0, aad: NO_AAD };
}
