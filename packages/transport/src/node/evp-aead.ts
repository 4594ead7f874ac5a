import type { Aead } from '../core/crypto-suite.ts';
import { type Ffi, loadFfi, words } from './ffi.ts';

/** `openssl/core.h`: type of a parameter, and the bytes of an `OSSL_PARAM` on a machine of 64 bits. */
const OSSL_PARAM_OCTET_STRING = 5;
const OSSL_PARAM_BYTES = 40;
/** `openssl/core_names.h` */
const OSSL_CIPHER_PARAM_AEAD_TAG = 'tag\0';

interface Evp {
  EVP_CIPHER_CTX_new(): bigint;
  EVP_aes_256_gcm(): bigint;
  EVP_EncryptInit_ex(context: bigint, cipher: bigint, engine: bigint, key: bigint, nonce: bigint): number;
  EVP_EncryptUpdate(context: bigint, out: bigint, written: bigint, bytes: bigint, length: bigint): number;
  EVP_EncryptFinal_ex(context: bigint, out: bigint, written: bigint): number;
  EVP_DecryptInit_ex(context: bigint, cipher: bigint, engine: bigint, key: bigint, nonce: bigint): number;
  EVP_DecryptUpdate(context: bigint, out: bigint, written: bigint, bytes: bigint, length: bigint): number;
  EVP_DecryptFinal_ex(context: bigint, out: bigint, written: bigint): number;
  EVP_CIPHER_CTX_get_params(context: bigint, parameters: bigint): number;
  EVP_CIPHER_CTX_set_params(context: bigint, parameters: bigint): number;
}

const SYMBOLS = {
  EVP_CIPHER_CTX_new: { arguments: [], return: 'pointer' },
  EVP_aes_256_gcm: { arguments: [], return: 'pointer' },
  EVP_EncryptInit_ex: { arguments: words(5), return: 'i32' },
  EVP_EncryptUpdate: { arguments: words(5), return: 'i32' },
  EVP_EncryptFinal_ex: { arguments: words(3), return: 'i32' },
  EVP_DecryptInit_ex: { arguments: words(5), return: 'i32' },
  EVP_DecryptUpdate: { arguments: words(5), return: 'i32' },
  EVP_DecryptFinal_ex: { arguments: words(3), return: 'i32' },
  // Not `EVP_CIPHER_CTX_ctrl`, which is a macro's way to the same.
  EVP_CIPHER_CTX_get_params: { arguments: words(2), return: 'i32' },
  EVP_CIPHER_CTX_set_params: { arguments: words(2), return: 'i32' },
};

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
const NULL = 0n;

/** One OpenSSL context per direction for all keys, and one stage: every call is synchronous and leaves nothing behind. */
class EvpStage {
  readonly #evp: Evp;
  readonly #stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
  readonly #at: Places;
  readonly #sealing: bigint;
  readonly #opening: bigint;
  /** Whose keys the two contexts hold. */
  #sealer: EvpAead | undefined;
  #opener: EvpAead | undefined;

  constructor(ffi: Ffi, evp: Evp) {
    this.#evp = evp;
    this.#at = placesFrom(ffi.getRawPointer(this.#stage));
    this.#describeTag();
    this.#sealing = evp.EVP_CIPHER_CTX_new();
    this.#opening = evp.EVP_CIPHER_CTX_new();
    const cipher = evp.EVP_aes_256_gcm();
    check(this.#sealing !== NULL && this.#opening !== NULL && cipher !== NULL);
    check(evp.EVP_EncryptInit_ex(this.#sealing, cipher, NULL, NULL, NULL) === 1);
    check(evp.EVP_DecryptInit_ex(this.#opening, cipher, NULL, NULL, NULL) === 1);
  }

  seal(
    aead: EvpAead,
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    from: Uint8Array,
    to: Uint8Array,
    toAt: number,
  ): void {
    const evp = this.#evp;
    const at = this.#at;
    const context = this.#sealing;
    const keyed = this.#sealer === aead;
    this.#sealer = undefined;
    this.#load(key, nonce, aad, from);
    check(evp.EVP_EncryptInit_ex(context, NULL, NULL, keyed ? NULL : at.key, at.nonce) === 1);
    check(evp.EVP_EncryptUpdate(context, NULL, at.written, at.aad, BigInt(aad.length)) === 1);
    if (from.length > 0) check(evp.EVP_EncryptUpdate(context, at.out, at.written, at.in, BigInt(from.length)) === 1);
    check(evp.EVP_EncryptFinal_ex(context, at.tag, at.written) === 1);
    check(evp.EVP_CIPHER_CTX_get_params(context, at.parameters) === 1);
    this.#sealer = aead;
    to.set(this.#stage.subarray(OUT_AT, OUT_AT + from.length), toAt);
    to.set(this.#stage.subarray(TAG_AT, TAG_AT + TAG_BYTES), toAt + from.length);
  }

  open(
    aead: EvpAead,
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    from: Uint8Array,
    tag: Uint8Array,
    to: Uint8Array,
    toAt: number,
  ): boolean {
    const evp = this.#evp;
    const at = this.#at;
    const context = this.#opening;
    const keyed = this.#opener === aead;
    this.#opener = undefined;
    if (tag.length !== TAG_BYTES) throw new RangeError('a tag has 16 bytes');
    this.#load(key, nonce, aad, from);
    this.#stage.set(tag, TAG_AT);
    check(evp.EVP_DecryptInit_ex(context, NULL, NULL, keyed ? NULL : at.key, at.nonce) === 1);
    check(evp.EVP_CIPHER_CTX_set_params(context, at.parameters) === 1);
    check(evp.EVP_DecryptUpdate(context, NULL, at.written, at.aad, BigInt(aad.length)) === 1);
    if (from.length > 0) check(evp.EVP_DecryptUpdate(context, at.out, at.written, at.in, BigInt(from.length)) === 1);
    // What was decrypted stays in the stage unless the tag is right. Nothing is written by the last call: GCM has no padding.
    const right = evp.EVP_DecryptFinal_ex(context, at.tag, at.written) === 1;
    this.#opener = aead;
    if (right) to.set(this.#stage.subarray(OUT_AT, OUT_AT + from.length), toAt);
    return right;
  }

  /** An `OSSL_PARAM` that names the tag and its place, for both directions, and the empty one that ends the list. */
  #describeTag(): void {
    const stage = this.#stage;
    stage.fill(0, PARAMETERS_AT, PARAMETERS_AT + 2 * OSSL_PARAM_BYTES);
    stage.write(OSSL_CIPHER_PARAM_AEAD_TAG, TAG_NAME_AT, 'latin1');
    stage.writeBigUInt64LE(this.#at.tagName, PARAMETERS_AT);
    stage.writeUInt32LE(OSSL_PARAM_OCTET_STRING, PARAMETERS_AT + 8);
    stage.writeBigUInt64LE(this.#at.tag, PARAMETERS_AT + 16);
    stage.writeBigUInt64LE(BigInt(TAG_BYTES), PARAMETERS_AT + 24);
  }

  #load(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): void {
    if (nonce.length !== NONCE_BYTES || aad.length > MAX_AAD_BYTES || content.length > MAX_CONTENT_BYTES) {
      throw new RangeError('nonce, associated data or content of a length that no packet has');
    }
    const stage = this.#stage;
    stage.set(key, KEY_AT);
    stage.set(nonce, NONCE_AT);
    stage.set(aad, AAD_AT);
    stage.set(content, IN_AT);
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
  readonly #stage: EvpStage;
  readonly #key: Uint8Array;

  constructor(stage: EvpStage, key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError('a key has 32 bytes');
    this.#stage = stage;
    this.#key = key;
  }

  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = Buffer.allocUnsafe(plaintext.length + TAG_BYTES);
    this.sealInto(nonce, aad, plaintext, sealed, 0);
    return sealed;
  }

  sealInto(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Uint8Array, at: number): void {
    this.#stage.seal(this, this.#key, nonce, aad, plaintext, out, at);
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const plaintext = Buffer.allocUnsafe(ciphertext.length);
    return this.openInto(nonce, aad, ciphertext, tag, plaintext, 0) ? plaintext : undefined;
  }

  openInto(
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    out: Uint8Array,
    at: number,
  ): boolean {
    return this.#stage.open(this, this.#key, nonce, aad, ciphertext, tag, out, at);
  }
}

function check(held: boolean): void {
  if (!held) throw new Error('OpenSSL failed');
}

let loaded: ((key: Uint8Array) => Aead) | undefined | 'not tried' = 'not tried';

/**
 * AES-256-GCM of the OpenSSL that is in this Node, called through `node:ffi`: the code behind `node:crypto`, without an
 * object and a buffer for each call. Undefined where it is not to be had, or does not do as `reference` does.
 */
export function evpAead(reference: (key: Uint8Array) => Aead): ((key: Uint8Array) => Aead) | undefined {
  if (loaded === 'not tried') loaded = load(reference);
  return loaded;
}

function load(reference: (key: Uint8Array) => Aead): ((key: Uint8Array) => Aead) | undefined {
  try {
    const ffi = loadFfi();
    if (ffi === undefined) return undefined;
    const stage = new EvpStage(ffi, ffi.dlopen(null, SYMBOLS).functions as Evp);
    const make = (key: Uint8Array): Aead => new EvpAead(stage, key);
    return agree(make, reference) ? make : undefined;
  } catch {
    // Another OpenSSL, or none: `node:crypto` does.
    return undefined;
  }
}

/** Seals and opens a few contents both ways, and refuses a wrong tag. */
function agree(make: (key: Uint8Array) => Aead, reference: (key: Uint8Array) => Aead): boolean {
  return [0, 1, 984, 15_856].every((length, i) => {
    const bytes = (n: number, first: number): Uint8Array => Uint8Array.from({ length: n }, (_, j) => first + i + j * 7);
    const [key, nonce, aad, content] = [bytes(KEY_BYTES, 1), bytes(NONCE_BYTES, 2), bytes(27, 3), bytes(length, 4)];
    const [ours, theirs] = [make(key), reference(key)];
    const sealed = ours.seal(nonce, aad, content);
    if (!equal(sealed, theirs.seal(nonce, aad, content))) return false;
    const [body, tag] = [sealed.subarray(0, length), sealed.slice(length)];
    const opened = ours.open(nonce, aad, body, tag);
    tag[0]! ^= 1;
    return opened !== undefined && equal(opened, content) && ours.open(nonce, aad, body, tag) === undefined;
  });
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
