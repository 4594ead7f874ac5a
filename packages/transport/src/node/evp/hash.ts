import { word } from '../ffi.ts';
import { check, copy, type Libcrypto, NULL, pinned } from './libcrypto.ts';

/** Block of BLAKE2s (RFC 7693), and what HMAC changes the key with (RFC 2104). */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;

/** Where things lie in the stage. */
const DIGEST_AT = 0;
const OUTER_AT: number = HASH_BYTES;
const INPUT_AT: number = OUTER_AT + BLOCK_BYTES + HASH_BYTES;
/** What handshakes and packets hold fits. */
const MAX_INPUT_BYTES = 1_024;
const STAGE_BYTES: number = INPUT_AT + MAX_INPUT_BYTES;

/** BLAKE2s-256 and its HMAC by one OpenSSL context and one stage; longer inputs than a packet's are left to another way. */
export class EvpBlake2s {
  readonly #openssl: Libcrypto;
  readonly #stage: Uint8Array = pinned(STAGE_BYTES);
  readonly #context: bigint;
  readonly #digestAt: bigint;
  readonly #outerAt: bigint;
  readonly #outerDigestAt: bigint;
  readonly #inputAt: bigint;

  constructor(openssl: Libcrypto) {
    this.#openssl = openssl;
    this.#context = openssl.EVP_MD_CTX_new();
    const digest = openssl.EVP_blake2s256();
    if (this.#context === NULL || digest === NULL) throw new Error('OpenSSL has no BLAKE2s');
    check(openssl.EVP_DigestInit_ex(this.#context, digest, NULL));
    this.#digestAt = openssl.getRawPointer(this.#stage);
    this.#outerAt = this.#digestAt + BigInt(OUTER_AT);
    this.#outerDigestAt = this.#outerAt + BigInt(BLOCK_BYTES);
    this.#inputAt = this.#digestAt + BigInt(INPUT_AT);
  }

  /** Whether so many bytes can be taken at once. */
  takes(bytes: number): boolean {
    return bytes <= MAX_INPUT_BYTES - BLOCK_BYTES;
  }

  hash(parts: readonly Uint8Array[]): Uint8Array {
    this.#digest(this.#inputAt, this.#load(parts, INPUT_AT) - INPUT_AT, this.#digestAt);
    return this.#stage.slice(DIGEST_AT, DIGEST_AT + HASH_BYTES);
  }

  /** @param key at most one block */
  hmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
    const stage = this.#stage;
    for (let i = 0; i < BLOCK_BYTES; i++) {
      const byte = i < key.length ? key[i]! : 0;
      stage[INPUT_AT + i] = byte ^ INNER;
      stage[OUTER_AT + i] = byte ^ OUTER;
    }
    this.#digest(this.#inputAt, this.#load(parts, INPUT_AT + BLOCK_BYTES) - INPUT_AT, this.#outerDigestAt);
    this.#digest(this.#outerAt, BLOCK_BYTES + HASH_BYTES, this.#digestAt);
    return stage.slice(DIGEST_AT, DIGEST_AT + HASH_BYTES);
  }

  /** Puts the parts one behind the other from `at` on, and returns where they end. */
  #load(parts: readonly Uint8Array[], at: number): number {
    let end = at;
    for (const part of parts) {
      copy(part, 0, this.#stage, end, part.length);
      end += part.length;
    }
    return end;
  }

  #digest(from: bigint, length: number, to: bigint): void {
    const openssl = this.#openssl;
    // Without a digest: the one that the context has.
    check(openssl.EVP_DigestInit_ex(this.#context, NULL, NULL));
    check(openssl.EVP_DigestUpdate(this.#context, from, word(length)));
    check(openssl.EVP_DigestFinal_ex(this.#context, to, NULL));
  }
}
