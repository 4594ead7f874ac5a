/** The synchronous cryptography that the cores need, injected so that they import no Node builtin. */
export interface CryptoSuite {
  /** Fresh bytes from a cryptographic generator (in simulations: from the seed). */
  randomBytes(length: number): Uint8Array;
  /** SHA-256 of the parts, one after the other; 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104) of the parts, one after the other; 32 bytes. */
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF-SHA-256 (RFC 5869), extract and expand; at most 8,160 bytes. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** The public key of a 32-byte Ed25519 private key (RFC 8032: the seed). */
  ed25519PublicKey(privateKey: Uint8Array): Uint8Array;
  /** Ed25519 (RFC 8032) signature, 64 bytes; deterministic. */
  ed25519Sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** False for a wrong signature and for a key of small order, under which anybody can sign. Never throws. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** The public key of a 32-byte X25519 private key (RFC 7748). */
  x25519PublicKey(privateKey: Uint8Array): Uint8Array;
}
