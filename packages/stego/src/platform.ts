/**
 * What the core needs from its surroundings. All synchronous. `nodePlatform` is the default; a browser can supply one
 * made of a WASM or JavaScript AES and inflate.
 */
export interface Platform {
  /** SHA-256 (FIPS 180-4) of the parts one after the other. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104) of the parts one after the other. */
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /**
   * AES-256-GCM (NIST SP 800-38D): writes ciphertext, then the 16-byte tag, into `out` (plaintext length + 16), which may
   * begin where the plaintext stands.
   */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Uint8Array): void;
  /** The plaintext, in memory of its own, of a sealed text (ciphertext, then tag), or undefined when it is not authentic. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /**
   * Inflates a whole zlib stream (RFC 1950), Adler-32 checked, to exactly `length` bytes.
   * undefined when the stream is broken, shorter or longer, or followed by anything.
   */
  inflate(stream: Uint8Array, length: number): Uint8Array | undefined;
  /** Deflate blocks (RFC 1951) of the bytes, as small as can be; none final, ended by an empty stored block ("sync flush"). */
  deflate(bytes: Uint8Array): Uint8Array;
  /** CRC-32 (ISO 3309, as in PNG). */
  crc32(bytes: Uint8Array): number;
}
