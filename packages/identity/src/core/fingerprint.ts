import { inGroups, toBase32 } from './base32.ts';
import { inContext } from './context.ts';
import type { PublicKeys } from './keys.ts';
import type { CryptoSuite } from './suite.ts';

const CONTEXT = 'p2pimg fingerprint v1';
const ROOT_CONTEXT = 'p2pimg root fingerprint v1';

/**
 * What two people compare to know that they speak to each other: `4WKT-09QX-H2M7-ZC5E-R8YB-61DN`. 120 bits of SHA-256 over both
 * public keys, in Crockford's base 32; the same keys always give the same text.
 */
export function fingerprint(suite: CryptoSuite, keys: PublicKeys): string {
  return shorten(suite.sha256(inContext(CONTEXT, keys.signKey, keys.boxKey)));
}

/** The same for an operator's root key: what a client shows when it takes a cloud on trust. */
export function rootFingerprint(suite: CryptoSuite, rootKey: Uint8Array): string {
  return shorten(suite.sha256(inContext(ROOT_CONTEXT, rootKey)));
}

function shorten(digest: Uint8Array): string {
  return inGroups(toBase32(digest.subarray(0, 15)));
}
