import { createHash } from 'node:crypto';
import {
  type ClientKeys,
  type ClusterKeyPair,
  type CryptoSuite,
  generateClientKeys,
  generateClusterKey,
  nodeSuite,
  publicKeysOf,
} from '@p2pimg/identity';
import { type GrantTerms, type IssuedGrant, issueGrant } from '../src/index.ts';

/** The real suite with repeatable "randomness": SHA-256 of the seed and a counter. */
export function seededSuite(seed: string): CryptoSuite {
  let counter = 0;
  const block = (): Uint8Array => new Uint8Array(createHash('sha256').update(`${seed} ${counter++}`).digest());
  return {
    ...nodeSuite,
    randomBytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) bytes.set(block().subarray(0, length - at), at);
      return bytes;
    },
  };
}

/** Every copy of `bytes` with exactly one bit changed. */
export function* bitFlips(bytes: Uint8Array): Generator<{ readonly bit: number; readonly bytes: Uint8Array }> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = bytes.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield { bit, bytes: copy };
  }
}

export const OWNER_ID = 6;
export const VIEWER_ID = 7;
export const IMAGE_ID = 'client6-puppy';
export const ISSUED_AT = 1_700_000_000_000;

/** An owner, a viewer and a cloud that have met. */
export interface World {
  readonly suite: CryptoSuite;
  readonly owner: ClientKeys;
  readonly viewer: ClientKeys;
  readonly cluster: ClusterKeyPair;
  readonly contentKey: Uint8Array;
  issue(terms?: Partial<GrantTerms>): Promise<IssuedGrant>;
}

export function makeWorld(seed: string): World {
  const suite = seededSuite(seed);
  const owner = generateClientKeys(suite).keys;
  const viewer = generateClientKeys(suite).keys;
  const cluster = generateClusterKey(suite);
  const contentKey = suite.randomBytes(32);
  const defaults: GrantTerms = {
    mode: 'witnessed',
    version: 1,
    allowed: 5,
    issuedAt: ISSUED_AT,
    expiresAt: 0,
    ownerId: OWNER_ID,
    viewerId: VIEWER_ID,
    imageId: IMAGE_ID,
    contentHash: new Uint8Array(32).fill(9),
    viewer: publicKeysOf(viewer),
  };
  const secrets = { owner: owner.sign, contentKey, clusterKey: cluster };
  return {
    suite,
    owner,
    viewer,
    cluster,
    contentKey,
    issue: (terms = {}) => issueGrant(suite, { ...defaults, ...terms }, secrets),
  };
}
