import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hash,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import type { Aead, CryptoSuite, DhKeyPair } from '../core/crypto-suite.ts';
import { openSslSuite } from './evp/suite.ts';

/** DER of an X25519 key up to its 32 raw bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const TAG = { authTagLength: 16 } as const;

/** Raw private key → key object; cheap enough to be made per handshake. */
function privateKeyObject(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, raw]), format: 'der', type: 'pkcs8' });
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

class NodeKeyPair implements DhKeyPair {
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  constructor(raw: Uint8Array) {
    this.#privateKey = privateKeyObject(raw);
    this.publicKey = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  }

  agree(publicKey: Uint8Array): Uint8Array | undefined {
    try {
      return diffieHellman({ privateKey: this.#privateKey, publicKey: publicKeyObject(publicKey) });
    } catch {
      // OpenSSL refuses points of low order.
      return undefined;
    }
  }
}

class NodeAead implements Aead {
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = Buffer.allocUnsafe(plaintext.length + 16);
    this.sealInto(nonce, aad, plaintext, sealed, 0);
    return sealed;
  }

  sealInto(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Uint8Array, at: number): void {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, TAG);
    if (aad.length > 0) cipher.setAAD(aad);
    if (plaintext.length > 0) out.set(cipher.update(plaintext), at);
    cipher.final();
    out.set(cipher.getAuthTag(), at + plaintext.length);
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, TAG);
    if (aad.length > 0) decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  }

  openInto(
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    out: Uint8Array,
    at: number,
  ): boolean {
    const plaintext = this.open(nonce, aad, ciphertext, tag);
    if (plaintext === undefined) return false;
    out.set(plaintext, at);
    return true;
  }

  sealPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number): void {
    const from = at + aadBytes;
    this.sealInto(nonce, b.subarray(at, from), b.subarray(from, from + length), b, from);
  }

  openPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number, out: Uint8Array): boolean {
    const from = at + aadBytes;
    const end = from + length;
    return this.openInto(
      nonce,
      b.subarray(at, from),
      b.subarray(from, end),
      b.subarray(end, end + TAG.authTagLength),
      out,
      0,
    );
  }
}

/** Block of BLAKE2s (RFC 7693), and what HMAC changes the key with (RFC 2104). */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;

/** Where both inputs are put together: what handshakes and packets hold fits. */
const inner = new Uint8Array(1_024);
const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES);

/** HMAC by two calls of the one-shot hash, in memory that is used again: two thirds of the time of `createHmac`, which counts under a flood. */
function hmacBlake2s(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  if (key.length > BLOCK_BYTES) return hmacBlake2s(hash('blake2s256', key, 'buffer'), ...parts);
  let length = BLOCK_BYTES;
  for (const part of parts) length += part.length;
  const input = length <= inner.length ? inner.subarray(0, length) : new Uint8Array(length);
  input.fill(INNER, 0, BLOCK_BYTES);
  outer.fill(OUTER, 0, BLOCK_BYTES);
  for (let i = 0; i < key.length; i++) {
    input[i] = key[i]! ^ INNER;
    outer[i] = key[i]! ^ OUTER;
  }
  let at = BLOCK_BYTES;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  outer.set(hash('blake2s256', input, 'buffer'), BLOCK_BYTES);
  return hash('blake2s256', outer, 'buffer');
}

/** The suite on `node:crypto` (OpenSSL 3). */
export const nodeCryptoSuite: CryptoSuite = {
  hash(...parts) {
    const state = createHash('blake2s256');
    for (const part of parts) state.update(part);
    return state.digest();
  },
  hmac: hmacBlake2s,
  keyPair: (privateKey) => new NodeKeyPair(privateKey),
  aead: (key) => new NodeAead(key),
  keyStream(key, firstBlock, bytes) {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(firstBlock), 8);
    return createCipheriv('aes-256-ctr', key, counter).update(Buffer.alloc(bytes));
  },
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** The same suite by the shortest way to OpenSSL that this process has. */
export function fastCryptoSuite(): CryptoSuite {
  return openSslSuite(nodeCryptoSuite) ?? nodeCryptoSuite;
}
