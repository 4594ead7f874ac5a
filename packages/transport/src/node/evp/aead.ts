import type { Aead } from '../../core/crypto-suite.ts';
import { word } from '../ffi.ts';
import { check, copy, type Libcrypto, NULL, pinned } from './libcrypto.ts';
import { LONG_BUFFER_BYTES, LongBuffer } from './long-buffer.ts';

/** `openssl/core.h`: type of a parameter. */
const OSSL_PARAM_OCTET_STRING = 5;
/** `openssl/core_names.h` */
const OSSL_CIPHER_PARAM_AEAD_TAG = 'tag\0';

/** Where things lie in the stage: memory that no garbage collector moves. */
const KEY_AT = 0;
const NONCE_AT = 64;
const WRITTEN_AT = 96;
const TAG_AT = 112;
const AAD_AT = 128;
const PARAMETERS_AT = 256;
const TAG_NAME_AT = 336;
const IN_AT = 384;
/** Associated data and contents above this do not fit: a record is 15,856 bytes, a control packet less. */
const MAX_AAD_BYTES: number = PARAMETERS_AT - AAD_AT;
const MAX_CONTENT_BYTES = 16_128;
const OUT_AT: number = IN_AT + MAX_CONTENT_BYTES;
const STAGE_BYTES: number = OUT_AT + MAX_CONTENT_BYTES;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * One OpenSSL context per direction for all keys, and one stage: every call is synchronous and leaves nothing behind. What it reads goes
 * through the stage unless it stands in a long buffer; what it opens always does.
 */
export class EvpAesGcm {
  readonly #openssl: Libcrypto;
  readonly #stage: Uint8Array = pinned(STAGE_BYTES);
  readonly #tag: Uint8Array = this.#stage.subarray(TAG_AT, TAG_AT + TAG_BYTES);
  readonly #at: Places;
  readonly #sealing: bigint;
  readonly #opening: bigint;
  /** Whose keys the two contexts hold. */
  #sealer: EvpAead | undefined;
  #opener: EvpAead | undefined;
  /** The long buffers that packets were last sealed in and opened from. */
  readonly #sealedIn: LongBuffer;
  readonly #openedFrom: LongBuffer;
  /** Long contents and their sealings, during a call. */
  readonly #input: LongBuffer;
  readonly #output: LongBuffer;

  constructor(openssl: Libcrypto) {
    this.#openssl = openssl;
    this.#at = placesFrom(openssl.getRawPointer(this.#stage));
    this.#describeTag();
    this.#sealedIn = new LongBuffer(openssl);
    this.#openedFrom = new LongBuffer(openssl);
    this.#input = new LongBuffer(openssl);
    this.#output = new LongBuffer(openssl);
    this.#sealing = openssl.EVP_CIPHER_CTX_new();
    this.#opening = openssl.EVP_CIPHER_CTX_new();
    const cipher = openssl.EVP_aes_256_gcm();
    if (this.#sealing === NULL || this.#opening === NULL || cipher === NULL) throw new Error('OpenSSL has no context');
    check(openssl.EVP_EncryptInit_ex(this.#sealing, cipher, NULL, NULL, NULL));
    check(openssl.EVP_DecryptInit_ex2(this.#opening, cipher, NULL, NULL, NULL));
  }

  /** One key. */
  aead(key: Uint8Array): Aead {
    return new EvpAead(this, key);
  }

  seal(aead: EvpAead, nonce: Uint8Array, aad: Uint8Array, from: Uint8Array, to: Uint8Array, toAt: number): void {
    if (!(toAt >= 0 && toAt + from.length + TAG_BYTES <= to.length)) throw new RangeError('no room for what is sealed');
    this.#load(nonce, aad, from.length);
    const direct = to.length >= LONG_BUFFER_BYTES;
    const out = direct ? this.#output.pointer(to, toAt) : this.#at.out;
    this.#encrypt(aead, this.#at.aad, aad.length, this.#content(from), out, from.length);
    this.#input.release();
    this.#output.release();
    if (!direct) this.#unload(from.length, to, toAt);
    to.set(this.#tag, toAt + from.length);
  }

  open(
    aead: EvpAead,
    nonce: Uint8Array,
    aad: Uint8Array,
    from: Uint8Array,
    tag: Uint8Array,
    to: Uint8Array,
    toAt: number,
  ): boolean {
    if (tag.length !== TAG_BYTES) throw new RangeError('a tag has 16 bytes');
    this.#load(nonce, aad, from.length);
    this.#stage.set(tag, TAG_AT);
    const right = this.#decrypt(aead, this.#at.aad, aad.length, this.#content(from), from.length);
    this.#input.release();
    if (right) this.#unload(from.length, to, toAt);
    return right;
  }

  sealPacket(aead: EvpAead, nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number): void {
    const from = at + aadBytes;
    checkPacket(nonce, b, from + length + TAG_BYTES, aadBytes, length);
    copy(nonce, 0, this.#stage, NONCE_AT, NONCE_BYTES);
    if (b.length >= LONG_BUFFER_BYTES) {
      const content = this.#sealedIn.pointer(b, from);
      this.#encrypt(aead, this.#sealedIn.pointer(b, at), aadBytes, content, content, length);
    } else {
      this.#loadPacket(b, at, aadBytes, length);
      this.#encrypt(aead, this.#at.aad, aadBytes, this.#at.in, this.#at.out, length);
      this.#unload(length, b, from);
    }
    copy(this.#stage, TAG_AT, b, from + length, TAG_BYTES);
  }

  openPacket(
    aead: EvpAead,
    nonce: Uint8Array,
    b: Uint8Array,
    at: number,
    aadBytes: number,
    length: number,
    to: Uint8Array,
  ): boolean {
    const from = at + aadBytes;
    checkPacket(nonce, b, from + length + TAG_BYTES, aadBytes, length);
    copy(nonce, 0, this.#stage, NONCE_AT, NONCE_BYTES);
    copy(b, from + length, this.#stage, TAG_AT, TAG_BYTES);
    let right: boolean;
    if (b.length >= LONG_BUFFER_BYTES) {
      const memory = this.#openedFrom;
      right = this.#decrypt(aead, memory.pointer(b, at), aadBytes, memory.pointer(b, from), length);
    } else {
      this.#loadPacket(b, at, aadBytes, length);
      right = this.#decrypt(aead, this.#at.aad, aadBytes, this.#at.in, length);
    }
    if (right) this.#unload(length, to, 0);
    return right;
  }

  /** With the nonce that is loaded; the tag goes to `TAG_AT`. */
  #encrypt(aead: EvpAead, aad: bigint, aadBytes: number, from: bigint, to: bigint, length: number): void {
    const openssl = this.#openssl;
    const at = this.#at;
    const context = this.#sealing;
    const keyed = this.#sealer === aead;
    this.#sealer = undefined;
    if (!keyed) this.#stage.set(aead.key, KEY_AT);
    check(openssl.EVP_EncryptInit_ex(context, NULL, NULL, keyed ? NULL : at.key, at.nonce));
    check(openssl.EVP_EncryptUpdate(context, NULL, at.written, aad, word(aadBytes)));
    if (length > 0) check(openssl.EVP_EncryptUpdate(context, to, at.written, from, word(length)));
    check(openssl.EVP_EncryptFinal_ex(context, at.tag, at.written));
    check(openssl.EVP_CIPHER_CTX_get_params(context, at.parameters));
    this.#sealer = aead;
  }

  /** With the nonce and the tag that are loaded, to `OUT_AT`: there it stays unless the tag is right. */
  #decrypt(aead: EvpAead, aad: bigint, aadBytes: number, from: bigint, length: number): boolean {
    const openssl = this.#openssl;
    const at = this.#at;
    const context = this.#opening;
    const keyed = this.#opener === aead;
    this.#opener = undefined;
    if (!keyed) this.#stage.set(aead.key, KEY_AT);
    check(openssl.EVP_DecryptInit_ex2(context, NULL, keyed ? NULL : at.key, at.nonce, at.parameters));
    check(openssl.EVP_DecryptUpdate(context, NULL, at.written, aad, word(aadBytes)));
    if (length > 0) check(openssl.EVP_DecryptUpdate(context, at.out, at.written, from, word(length)));
    // Nothing is written by the last call: GCM has no padding.
    const right = openssl.EVP_DecryptFinal_ex(context, at.tag, at.written) === 1;
    this.#opener = aead;
    return right;
  }

  /** An `OSSL_PARAM` that names the tag and its place, for both directions, and the empty one that ends the list. */
  #describeTag(): void {
    // Zero as it is made.
    const stage = Buffer.from(this.#stage.buffer);
    stage.write(OSSL_CIPHER_PARAM_AEAD_TAG, TAG_NAME_AT, 'latin1');
    stage.writeBigUInt64LE(this.#at.tagName, PARAMETERS_AT);
    stage.writeUInt32LE(OSSL_PARAM_OCTET_STRING, PARAMETERS_AT + 8);
    stage.writeBigUInt64LE(this.#at.tag, PARAMETERS_AT + 16);
    stage.writeBigUInt64LE(BigInt(TAG_BYTES), PARAMETERS_AT + 24);
  }

  #load(nonce: Uint8Array, aad: Uint8Array, length: number): void {
    checkLengths(nonce, aad.length, length);
    this.#stage.set(nonce, NONCE_AT);
    this.#stage.set(aad, AAD_AT);
  }

  /** Where OpenSSL is to read: in the stage, or a long one where it is, until `#input` is released. */
  #content(from: Uint8Array): bigint {
    if (from.length >= LONG_BUFFER_BYTES) return this.#input.pointer(from, 0);
    this.#stage.set(from, IN_AT);
    return this.#at.in;
  }

  #loadPacket(b: Uint8Array, at: number, aadBytes: number, length: number): void {
    copy(b, at, this.#stage, AAD_AT, aadBytes);
    copy(b, at + aadBytes, this.#stage, IN_AT, length);
  }

  #unload(length: number, to: Uint8Array, toAt: number): void {
    copy(this.#stage, OUT_AT, to, toAt, length);
  }
}

function checkLengths(nonce: Uint8Array, aadBytes: number, length: number): void {
  if (nonce.length !== NONCE_BYTES || aadBytes > MAX_AAD_BYTES || length > MAX_CONTENT_BYTES) {
    throw new RangeError('nonce, associated data or content of a length that no packet has');
  }
}

/** OpenSSL would write and read past the end of a buffer that a packet does not fit into. */
function checkPacket(nonce: Uint8Array, b: Uint8Array, end: number, aadBytes: number, length: number): void {
  checkLengths(nonce, aadBytes, length);
  if (!(aadBytes >= 0 && length >= 0 && end - TAG_BYTES - length - aadBytes >= 0 && end <= b.length)) {
    throw new RangeError('a packet that is not within its buffer');
  }
}

/** Where the parts of the stage are in memory. */
interface Places {
  readonly key: bigint;
  readonly nonce: bigint;
  readonly written: bigint;
  readonly tag: bigint;
  readonly aad: bigint;
  readonly parameters: bigint;
  readonly tagName: bigint;
  readonly in: bigint;
  readonly out: bigint;
}

function placesFrom(base: bigint): Places {
  return {
    key: base + BigInt(KEY_AT),
    nonce: base + BigInt(NONCE_AT),
    written: base + BigInt(WRITTEN_AT),
    tag: base + BigInt(TAG_AT),
    aad: base + BigInt(AAD_AT),
    parameters: base + BigInt(PARAMETERS_AT),
    tagName: base + BigInt(TAG_NAME_AT),
    in: base + BigInt(IN_AT),
    out: base + BigInt(OUT_AT),
  };
}

class EvpAead implements Aead {
  readonly key: Uint8Array;
  readonly #gcm: EvpAesGcm;

  constructor(gcm: EvpAesGcm, key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
    this.#gcm = gcm;
    this.key = key;
  }

  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
    this.#gcm.seal(this, nonce, aad, plaintext, sealed, 0);
    return sealed;
  }

  sealInto(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Uint8Array, at: number): void {
    this.#gcm.seal(this, nonce, aad, plaintext, out, at);
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const plaintext = new Uint8Array(ciphertext.length);
    return this.#gcm.open(this, nonce, aad, ciphertext, tag, plaintext, 0) ? plaintext : undefined;
  }

  openInto(
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    out: Uint8Array,
    at: number,
  ): boolean {
    return this.#gcm.open(this, nonce, aad, ciphertext, tag, out, at);
  }

  sealPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number): void {
    this.#gcm.sealPacket(this, nonce, b, at, aadBytes, length);
  }

  openPacket(nonce: Uint8Array, b: Uint8Array, at: number, aadBytes: number, length: number, out: Uint8Array): boolean {
    return this.#gcm.openPacket(this, nonce, b, at, aadBytes, length, out);
  }
}
