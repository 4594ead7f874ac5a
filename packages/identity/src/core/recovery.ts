/** The recovery key on paper: 56 characters, the last five of which check the others. */

import { concatBytes, equalBytes } from '@p2pimg/wire';
import { fromBase32, inGroups, toBase32 } from './base32.ts';
import { inContext } from './context.ts';
import { IdentityError } from './errors.ts';
import { KEY_BYTES, type KeyPair, signPairFrom } from './keys.ts';
import type { CryptoSuite } from './suite.ts';

const CONTEXT = 'p2pimg recovery key v1';
const CHECK_BYTES = 3;
const MAX_TYPED_LENGTH = 200;

/** What was typed is no recovery key: a character is missing, foreign or wrong. */
export class RecoveryKeyError extends IdentityError {
  override readonly name: string = 'RecoveryKeyError';
}

/** Fourteen groups of four characters: the private key (32 bytes) and three bytes of checksum. */
export function formatRecoveryKey(suite: CryptoSuite, recovery: KeyPair): string {
  return inGroups(toBase32(concatBytes(recovery.privateKey, checksum(suite, recovery.privateKey))));
}

/** Reads a typed recovery key, in any case, with or without hyphens. @throws RecoveryKeyError */
export function parseRecoveryKey(suite: CryptoSuite, text: string): KeyPair {
  const bytes = text.length > MAX_TYPED_LENGTH ? undefined : fromBase32(text);
  if (bytes?.length !== KEY_BYTES + CHECK_BYTES) throw new RecoveryKeyError('a recovery key has 56 letters and digits');
  const privateKey = bytes.slice(0, KEY_BYTES);
  if (!equalBytes(checksum(suite, privateKey), bytes.subarray(KEY_BYTES))) {
    throw new RecoveryKeyError('the recovery key has a typing error');
  }
  return signPairFrom(suite, privateKey);
}

function checksum(suite: CryptoSuite, privateKey: Uint8Array): Uint8Array {
  return suite.sha256(inContext(CONTEXT, privateKey)).subarray(0, CHECK_BYTES);
}
