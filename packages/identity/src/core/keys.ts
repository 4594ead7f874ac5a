/** Key pairs in raw form: 32 bytes each half. */

import type { CryptoSuite } from './suite.ts';

export const KEY_BYTES = 32;
/** Retired session keys that a key file keeps, so that grants sealed to them can still be opened. */
export const MAX_RETIRED_BOXES = 16;

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** What others know somebody by. */
export interface PublicKeys {
  /** Ed25519, for signatures. */
  readonly signKey: Uint8Array;
  /** X25519, for sessions and for sealing. */
  readonly boxKey: Uint8Array;
}

export interface ServerKeys {
  readonly sign: KeyPair;
  readonly box: KeyPair;
}

export interface ClientKeys extends ServerKeys {
  /** Ed25519 public key whose private half may replace the other keys; the private half is kept elsewhere. */
  readonly recoveryKey: Uint8Array | undefined;
  /** Session keys from before a rotation, newest first, at most 16: they open what was sealed to them. */
  readonly retiredBoxes: readonly KeyPair[];
}

export function signPairFrom(suite: CryptoSuite, privateKey: Uint8Array): KeyPair {
  return { publicKey: suite.ed25519PublicKey(privateKey), privateKey };
}

export function boxPairFrom(suite: CryptoSuite, privateKey: Uint8Array): KeyPair {
  return { publicKey: suite.x25519PublicKey(privateKey), privateKey };
}

export function generateSignPair(suite: CryptoSuite): KeyPair {
  return signPairFrom(suite, suite.randomBytes(KEY_BYTES));
}

export function generateBoxPair(suite: CryptoSuite): KeyPair {
  return boxPairFrom(suite, suite.randomBytes(KEY_BYTES));
}

export function generateServerKeys(suite: CryptoSuite): ServerKeys {
  return { sign: generateSignPair(suite), box: generateBoxPair(suite) };
}

/** New keys of a client, and the private half of its recovery key: show it once (`formatRecoveryKey`), then forget it. */
export function generateClientKeys(suite: CryptoSuite): { readonly keys: ClientKeys; readonly recovery: KeyPair } {
  const recovery = generateSignPair(suite);
  return { keys: { ...generateServerKeys(suite), recoveryKey: recovery.publicKey, retiredBoxes: [] }, recovery };
}

/** The keys after a rotation: new ones, the same recovery key, and the session key of before among the retired. */
export function rotateClientKeys(suite: CryptoSuite, keys: ClientKeys): ClientKeys {
  return {
    ...generateServerKeys(suite),
    recoveryKey: keys.recoveryKey,
    retiredBoxes: [keys.box, ...keys.retiredBoxes].slice(0, MAX_RETIRED_BOXES),
  };
}

export function publicKeysOf(keys: ServerKeys): PublicKeys {
  return { signKey: keys.sign.publicKey, boxKey: keys.box.publicKey };
}
