/**
 * The primitives of `Noise_IK_25519_AESGCM_BLAKE2s`, injected so that the core imports no platform.
 * All calls are synchronous; every key is 32 bytes.
 */
export interface CryptoSuite {
  /** BLAKE2s-256 of the parts in order (RFC 7693). */
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC-BLAKE2s of the parts in order, 32 bytes (RFC 2104). */
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** X25519 key pair of a raw private key (RFC 7748). */
  keyPair(privateKey: Uint8Array): DhKeyPair;
  /** AES-256-GCM under one key. */
  aead(key: Uint8Array): Aead;
  /** The AES-256-CTR key stream under one key, from a block number on. */
  keyStream(key: Uint8Array, firstBlock: number, bytes: number): Uint8Array;
  /** Whether both are equal, in time that depends on the length only. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

export interface DhKeyPair {
  readonly publicKey: Uint8Array;
  /** The shared secret; undefined if the public key is of low order (all-zero output). */
  agree(publicKey: Uint8Array): Uint8Array | undefined;
}

export interface Aead {
  /** Ciphertext followed by the 16-byte tag. The nonce has 12 bytes and is never used twice with one key. */
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The same, written to `out` from `at` on. `out` and `plaintext` do not overlap. */
  sealInto(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Uint8Array, at: number): void;
  /** The plaintext, or undefined if the tag is wrong. */
  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined;
  /** Writes the plaintext to `out` from `at` on, where the ciphertext may stand; false, and nothing, if the tag is wrong. */
  openInto(
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    out: Uint8Array,
    at: number,
  ): boolean;
  /** Seals a packet where it stands: `aadBytes` from `at` on, the plaintext of `length` bytes that becomes ciphertext, room for the tag. */
  sealPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number): void;
  /** Opens one: writes its plaintext to the start of `out`; false, and nothing, if the tag is wrong. `b` stays as it is. */
  openPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number, out: Uint8Array): boolean;
}

/** `n` unpredictable bytes. Tests inject a seeded one. */
export type RandomBytes = (n: number) => Uint8Array;
