/** The content key in two halves: neither tells anything about it (a one-time pad). */

import type { CryptoSuite } from '@p2pimg/identity';

export const CONTENT_KEY_BYTES = 32;

export interface KeyShares {
  readonly viewerShare: Uint8Array;
  readonly cloudShare: Uint8Array;
}

/** viewerShare = contentKey ⊕ cloudShare with a fresh cloudShare: never split the same way twice. */
export function splitContentKey(suite: CryptoSuite, contentKey: Uint8Array): KeyShares {
  const cloudShare = suite.randomBytes(CONTENT_KEY_BYTES);
  return { viewerShare: joinContentKey(contentKey, cloudShare), cloudShare };
}

/** viewerShare ⊕ cloudShare, 32 bytes. */
export function joinContentKey(viewerShare: Uint8Array, cloudShare: Uint8Array): Uint8Array {
  if (viewerShare.length !== CONTENT_KEY_BYTES || cloudShare.length !== CONTENT_KEY_BYTES) {
    throw new RangeError('a key share has 32 bytes');
  }
  return viewerShare.map((byte, i) => byte ^ (cloudShare[i] ?? 0));
}
