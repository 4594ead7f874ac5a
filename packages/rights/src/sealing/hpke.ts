/**
 * HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Asynchronous, because it runs on WebCrypto; to
 * the sans-IO cores it is an effect.
 */

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { type CryptoSuite, inContext, type KeyPair } from '@p2pimg/identity';
import { concatBytes } from '@p2pimg/wire';
import { dataView } from '../core/bytes.ts';
import { CONTENT_KEY_BYTES } from '../core/content-key.ts';
import { RightsError } from '../core/errors.ts';
import { SEALED_KEY_BYTES } from '../core/grant/grant.ts';

const ENC_BYTES = 32;
const CONTEXT = 'p2pimg key share v1';

const hpke: CipherSuite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** Who a sealed key is for; part of what it is bound to. */
const ROLES = { viewer: 1, cloud: 2, release: 3, device: 4 } as const;

/** What a sealed key is bound to: it opens for nothing else. */
export interface SealPurpose {
  readonly role: keyof typeof ROLES;
  readonly grantId: Uint8Array;
  /** 0 where the key outlives versions. */
  readonly version: number;
  /** Associated data; empty when there is none. */
  readonly aad: Uint8Array;
}

/** The sealed key was made for somebody else or something else, or has been changed. */
export class SealedKeyError extends RightsError {
  override readonly name: string = 'SealedKeyError';
}

/**
 * Seals 32 bytes to an X25519 public key: 80 bytes. The ephemeral key comes from the suite's randomness (RFC 9180 §7.1.3, DeriveKeyPair),
 * so that a seed repeats a simulation.
 */
export async function sealKey(
  suite: CryptoSuite,
  purpose: SealPurpose,
  recipientPublicKey: Uint8Array,
  key: Uint8Array,
): Promise<Uint8Array> {
  if (key.length !== CONTENT_KEY_BYTES) throw new RangeError('a key share has 32 bytes');
  const sender = await hpke.createSenderContext({
    recipientPublicKey: await hpke.kem.deserializePublicKey(recipientPublicKey),
    info: info(purpose),
    ekm: exactBuffer(suite.randomBytes(ENC_BYTES)),
  });
  const ciphertext = await sender.seal(key, purpose.aad);
  return concatBytes(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
}

/** @throws SealedKeyError */
export async function openKey(purpose: SealPurpose, recipient: KeyPair, sealed: Uint8Array): Promise<Uint8Array> {
  if (sealed.length !== SEALED_KEY_BYTES) throw new SealedKeyError(`a sealed key has ${SEALED_KEY_BYTES} bytes`);
  try {
    const receiver = await hpke.createRecipientContext({
      recipientKey: {
        privateKey: await hpke.kem.deserializePrivateKey(recipient.privateKey),
        publicKey: await hpke.kem.deserializePublicKey(recipient.publicKey),
      },
      enc: exactBuffer(sealed.subarray(0, ENC_BYTES)),
      info: info(purpose),
    });
    return new Uint8Array(await receiver.open(sealed.subarray(ENC_BYTES), purpose.aad));
  } catch (error) {
    throw new SealedKeyError('the sealed key does not open', { cause: error });
  }
}

function info({ role, grantId, version }: SealPurpose): ArrayBuffer {
  const numbers = new Uint8Array(5);
  dataView(numbers).setUint32(0, version);
  numbers[4] = ROLES[role];
  return exactBuffer(inContext(CONTEXT, grantId, numbers));
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
