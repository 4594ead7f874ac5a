/** Making a grant: split the content key, seal the halves, sign the whole. */

import {
  CLUSTER_KEY_ID_BYTES,
  type ClusterKey,
  type CryptoSuite,
  type KeyPair,
  type PublicKeys,
} from '@p2pimg/identity';
import { splitContentKey } from '../core/content-key.ts';
import { RightsError } from '../core/errors.ts';
import { encodeGrantHeader, type GrantHeader, signGrant } from '../core/grant/codec.ts';
import { type Grant, grantIdOf, imageIdHash, SEALED_KEY_BYTES, type SignedGrant } from '../core/grant/grant.ts';
import { sealKey } from './hpke.ts';

export interface GrantTerms
  extends Pick<
    Grant,
    'mode' | 'version' | 'allowed' | 'issuedAt' | 'expiresAt' | 'ownerId' | 'viewerId' | 'contentHash'
  > {
  readonly imageId: string;
  /** The viewer's public keys, as the directory gave them and the owner trusts them. */
  readonly viewer: PublicKeys;
  /** For mode `offline`, and only there. */
  readonly offlineViews?: number;
}

export interface GrantSecrets {
  /** The owner's signing key. */
  readonly owner: KeyPair;
  readonly contentKey: Uint8Array;
  /** The current cluster key of the manifest; not needed in mode `trusting`. */
  readonly clusterKey?: ClusterKey;
}

export interface IssuedGrant {
  readonly grant: SignedGrant;
  /** The viewer's half in the clear, for the first rights band; not to be stored. */
  readonly viewerShare: Uint8Array;
}

/** Modes `witnessed` and `offline` need the cloud's cluster key. */
export class ClusterKeyNeededError extends RightsError {
  override readonly name: string = 'ClusterKeyNeededError';
}

/**
 * Issues one version of a grant. Keep the bytes: issuing the same version again gives others, and that is a conflict.
 * @throws MalformedGrantError, ClusterKeyNeededError
 */
export async function issueGrant(suite: CryptoSuite, terms: GrantTerms, secrets: GrantSecrets): Promise<IssuedGrant> {
  const header = headerOf(suite, terms, secrets.owner);
  const aad = encodeGrantHeader(header);
  const { grantId, version } = header;
  const sealTo = (role: 'viewer' | 'cloud', publicKey: Uint8Array, share: Uint8Array): Promise<Uint8Array> =>
    sealKey(suite, { role, grantId, version, aad }, publicKey, share);

  const cluster = clusterKeyFor(terms, secrets);
  if (cluster === undefined) {
    const viewerShare = secrets.contentKey;
    const sealed = await sealTo('viewer', terms.viewer.boxKey, viewerShare);
    const grant: Grant = { ...header, viewerShare: sealed, cloudShare: NO_SHARE, clusterKeyId: NO_KEY_ID };
    return { grant: signGrant(suite, grant, secrets.owner.privateKey), viewerShare };
  }
  const { viewerShare, cloudShare } = splitContentKey(suite, secrets.contentKey);
  const grant: Grant = {
    ...header,
    viewerShare: await sealTo('viewer', terms.viewer.boxKey, viewerShare),
    cloudShare: await sealTo('cloud', cluster.publicKey, cloudShare),
    clusterKeyId: cluster.id,
  };
  return { grant: signGrant(suite, grant, secrets.owner.privateKey), viewerShare };
}

const NO_SHARE: Uint8Array = new Uint8Array(SEALED_KEY_BYTES);
const NO_KEY_ID: Uint8Array = new Uint8Array(CLUSTER_KEY_ID_BYTES);

/** Undefined in mode `trusting`, where the cloud has no part. */
function clusterKeyFor({ mode }: GrantTerms, { clusterKey }: GrantSecrets): ClusterKey | undefined {
  if (mode === 'trusting') return undefined;
  if (clusterKey === undefined) throw new ClusterKeyNeededError("this mode needs the cloud's cluster key");
  return clusterKey;
}

function headerOf(suite: CryptoSuite, terms: GrantTerms, owner: KeyPair): GrantHeader {
  const { imageId, viewer, offlineViews = 0, ...rest } = terms;
  const hash = imageIdHash(suite, imageId);
  return {
    ...rest,
    offlineViews,
    grantId: grantIdOf(suite, { ownerId: terms.ownerId, viewerId: terms.viewerId, imageIdHash: hash }),
    imageIdHash: hash,
    ownerSignKey: owner.publicKey,
    viewerSignKey: viewer.signKey,
    viewerBoxKey: viewer.boxKey,
  };
}
