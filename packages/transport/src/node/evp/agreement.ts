import type { DhKeyPair } from '../../core/crypto-suite.ts';
import { check, type Libcrypto, NULL, pinned } from './libcrypto.ts';

/** `openssl/obj_mac.h`: NID_X25519. */
const EVP_PKEY_X25519 = 1034n;
const KEY_BYTES = 32;
const KEY_LENGTH: bigint = BigInt(KEY_BYTES);
/** Where things lie in the stage. */
const LENGTH_AT: number = KEY_BYTES;
const STAGE_BYTES: number = LENGTH_AT + 8;

/** X25519 (RFC 7748) in OpenSSL, on raw keys: `node:crypto` wants each wrapped in DER and in an object first. */
export class EvpX25519 {
  readonly #openssl: Libcrypto;
  /** A key or a secret, and its length. */
  readonly #stage: Uint8Array = pinned(STAGE_BYTES);
  readonly #length: DataView = new DataView(this.#stage.buffer, LENGTH_AT);
  readonly #keyAt: bigint;
  readonly #lengthAt: bigint;
  readonly #unused: FinalizationRegistry<bigint>;

  constructor(openssl: Libcrypto) {
    this.#openssl = openssl;
    this.#keyAt = openssl.getRawPointer(this.#stage);
    this.#lengthAt = this.#keyAt + BigInt(LENGTH_AT);
    this.#unused = new FinalizationRegistry((key) => openssl.EVP_PKEY_free(key));
  }

  keyPair(privateKey: Uint8Array): DhKeyPair {
    if (privateKey.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
    this.#stage.set(privateKey);
    const key = this.#openssl.EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, this.#keyAt, KEY_LENGTH);
    if (key === NULL) throw new Error('OpenSSL takes no such key');
    this.#expectKey();
    check(this.#openssl.EVP_PKEY_get_raw_public_key(key, this.#keyAt, this.#lengthAt));
    const pair = new EvpKeyPair(this, key, this.#stage.slice(0, KEY_BYTES));
    // OpenSSL wipes it then.
    this.#unused.register(pair, key);
    return pair;
  }

  /** The shared secret; undefined if the public key is of low order: OpenSSL refuses an all-zero result. */
  agree(key: bigint, publicKey: Uint8Array): Uint8Array | undefined {
    if (publicKey.length !== KEY_BYTES) return undefined;
    const openssl = this.#openssl;
    this.#stage.set(publicKey);
    const peer = openssl.EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, this.#keyAt, KEY_LENGTH);
    const context = openssl.EVP_PKEY_CTX_new(key, NULL);
    this.#expectKey();
    const agreed =
      peer !== NULL &&
      context !== NULL &&
      openssl.EVP_PKEY_derive_init(context) === 1 &&
      openssl.EVP_PKEY_derive_set_peer(context, peer) === 1 &&
      openssl.EVP_PKEY_derive(context, this.#keyAt, this.#lengthAt) === 1;
    openssl.EVP_PKEY_CTX_free(context);
    openssl.EVP_PKEY_free(peer);
    const secret = agreed ? this.#stage.slice(0, KEY_BYTES) : undefined;
    this.#stage.fill(0, 0, KEY_BYTES);
    // Nobody else shall find the reason for this refusal.
    if (!agreed) openssl.ERR_clear_error();
    return secret;
  }

  #expectKey(): void {
    this.#length.setBigUint64(0, KEY_LENGTH, true);
  }
}

class EvpKeyPair implements DhKeyPair {
  readonly publicKey: Uint8Array;
  readonly #x25519: EvpX25519;
  readonly #key: bigint;

  constructor(x25519: EvpX25519, key: bigint, publicKey: Uint8Array) {
    this.#x25519 = x25519;
    this.#key = key;
    this.publicKey = publicKey;
  }

  agree(publicKey: Uint8Array): Uint8Array | undefined {
    return this.#x25519.agree(this.#key, publicKey);
  }
}
