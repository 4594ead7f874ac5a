/** Proof that whoever registers holds the signing key, for this cloud, these keys and this request. */

import { fromHex } from '@p2pimg/wire';
import { inContext } from './context.ts';
import { KEY_BYTES, type PublicKeys } from './keys.ts';
import type { CryptoSuite } from './suite.ts';

const CONTEXT = 'p2pimg register v1';
const NO_KEY: Uint8Array = new Uint8Array(KEY_BYTES);

export interface Registration extends PublicKeys {
  /** 32 hexadecimal digits. */
  readonly cloudId: string;
  /** 32 hexadecimal digits. */
  readonly requestId: string;
  readonly recoveryKey?: Uint8Array | undefined;
}

/** Signs a registration; 64 bytes. Possession of the session key is proved by the session itself. */
export function proveRegistration(
  suite: CryptoSuite,
  signPrivateKey: Uint8Array,
  registration: Registration,
): Uint8Array {
  return suite.ed25519Sign(signPrivateKey, registrationMessage(registration));
}

export function verifyRegistration(suite: CryptoSuite, registration: Registration, proof: Uint8Array): boolean {
  return suite.ed25519Verify(registration.signKey, registrationMessage(registration), proof);
}

function registrationMessage(r: Registration): Uint8Array {
  return inContext(CONTEXT, fromHex(r.cloudId), fromHex(r.requestId), r.signKey, r.boxKey, r.recoveryKey ?? NO_KEY);
}
