/** The key pair that all servers of a cloud share, to which owners seal the cloud's half of a content key. */

import { inContext } from './context.ts';
import { generateBoxPair, type KeyPair } from './keys.ts';
import type { CryptoSuite } from './suite.ts';

const CONTEXT = 'p2pimg cluster key v1';
export const CLUSTER_KEY_ID_BYTES = 8;

export interface ClusterKey {
  /** 8 bytes, from the public key. */
  readonly id: Uint8Array;
  /** X25519. */
  readonly publicKey: Uint8Array;
}

export interface ClusterKeyPair extends ClusterKey, KeyPair {}

/** The first 8 bytes of a SHA-256 over the public key: a name, not a secret. */
export function clusterKeyId(suite: CryptoSuite, publicKey: Uint8Array): Uint8Array {
  return suite.sha256(inContext(CONTEXT, publicKey)).slice(0, CLUSTER_KEY_ID_BYTES);
}

export function generateClusterKey(suite: CryptoSuite): ClusterKeyPair {
  const pair = generateBoxPair(suite);
  return { id: clusterKeyId(suite, pair.publicKey), ...pair };
}
