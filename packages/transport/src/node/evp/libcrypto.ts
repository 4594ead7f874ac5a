import { loadFfi, type Signature, words } from '../ffi.ts';

/** What is called in the OpenSSL that this Node carries: `openssl/evp.h`, `openssl/err.h`. Those that return a number return 1 when all is well. */
export interface Libcrypto {
  /** Address of a view with memory of its own. */
  getRawPointer(bytes: Uint8Array): bigint;

  EVP_CIPHER_CTX_new(): bigint;
  EVP_aes_256_gcm(): bigint;
  EVP_EncryptInit_ex(context: bigint, cipher: bigint, engine: bigint, key: bigint, nonce: bigint): number;
  EVP_EncryptUpdate(context: bigint, out: bigint, written: bigint, bytes: bigint, length: bigint): number;
  EVP_EncryptFinal_ex(context: bigint, out: bigint, written: bigint): number;
  EVP_DecryptInit_ex2(context: bigint, cipher: bigint, key: bigint, nonce: bigint, parameters: bigint): number;
  EVP_DecryptUpdate(context: bigint, out: bigint, written: bigint, bytes: bigint, length: bigint): number;
  EVP_DecryptFinal_ex(context: bigint, out: bigint, written: bigint): number;
  EVP_CIPHER_CTX_get_params(context: bigint, parameters: bigint): number;

  EVP_MD_CTX_new(): bigint;
  EVP_blake2s256(): bigint;
  EVP_DigestInit_ex(context: bigint, digest: bigint, engine: bigint): number;
  EVP_DigestUpdate(context: bigint, bytes: bigint, length: bigint): number;
  EVP_DigestFinal_ex(context: bigint, out: bigint, written: bigint): number;

  EVP_PKEY_new_raw_private_key(type: bigint, engine: bigint, key: bigint, length: bigint): bigint;
  EVP_PKEY_new_raw_public_key(type: bigint, engine: bigint, key: bigint, length: bigint): bigint;
  EVP_PKEY_get_raw_public_key(key: bigint, out: bigint, length: bigint): number;
  EVP_PKEY_free(key: bigint): void;
  EVP_PKEY_CTX_new(key: bigint, engine: bigint): bigint;
  EVP_PKEY_CTX_free(context: bigint): void;
  EVP_PKEY_derive_init(context: bigint): number;
  EVP_PKEY_derive_set_peer(context: bigint, peer: bigint): number;
  EVP_PKEY_derive(context: bigint, out: bigint, length: bigint): number;
  ERR_clear_error(): void;
}

/** The null pointer. */
export const NULL = 0n;

const call = (count: number, returns: 'i32' | 'pointer' | 'void' = 'i32'): Signature => ({
  arguments: words(count),
  return: returns,
});

const SYMBOLS: Record<Exclude<keyof Libcrypto, 'getRawPointer'>, Signature> = {
  EVP_CIPHER_CTX_new: call(0, 'pointer'),
  EVP_aes_256_gcm: call(0, 'pointer'),
  EVP_EncryptInit_ex: call(5),
  EVP_EncryptUpdate: call(5),
  EVP_EncryptFinal_ex: call(3),
  EVP_DecryptInit_ex2: call(5),
  EVP_DecryptUpdate: call(5),
  EVP_DecryptFinal_ex: call(3),
  EVP_CIPHER_CTX_get_params: call(2),
  EVP_MD_CTX_new: call(0, 'pointer'),
  EVP_blake2s256: call(0, 'pointer'),
  EVP_DigestInit_ex: call(3),
  EVP_DigestUpdate: call(3),
  EVP_DigestFinal_ex: call(3),
  EVP_PKEY_new_raw_private_key: call(4, 'pointer'),
  EVP_PKEY_new_raw_public_key: call(4, 'pointer'),
  EVP_PKEY_get_raw_public_key: call(3),
  EVP_PKEY_free: call(1, 'void'),
  EVP_PKEY_CTX_new: call(2, 'pointer'),
  EVP_PKEY_CTX_free: call(1, 'void'),
  EVP_PKEY_derive_init: call(1),
  EVP_PKEY_derive_set_peer: call(2),
  EVP_PKEY_derive: call(3),
  ERR_clear_error: call(0, 'void'),
};

let loaded: Libcrypto | undefined | 'not tried' = 'not tried';

/** OpenSSL, or undefined where it cannot be had. Tried once. */
export function loadLibcrypto(): Libcrypto | undefined {
  if (loaded === 'not tried') loaded = load();
  return loaded;
}

function load(): Libcrypto | undefined {
  const ffi = loadFfi();
  try {
    const functions = ffi?.dlopen(null, SYMBOLS).functions as Omit<Libcrypto, 'getRawPointer'> | undefined;
    if (ffi === undefined || functions === undefined) return undefined;
    return { ...functions, getRawPointer: (bytes) => ffi.getRawPointer(bytes) };
  } catch {
    // Another OpenSSL, or none: `node:crypto` does.
    return undefined;
  }
}

/** @throws Error unless OpenSSL says that all is well */
export function check(returned: number): void {
  if (returned !== 1) throw new Error('OpenSSL failed');
}

/** Memory that no garbage collector moves, filled with zeros: short arrays that were made otherwise may be moved. */
export const pinned = (bytes: number): Uint8Array => new Uint8Array(new ArrayBuffer(bytes));

/** Copies within memory. A view of a few bytes costs more than they do. */
export function copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  if (length > SHORT_BYTES) to.set(from.subarray(fromAt, fromAt + length), toAt);
  else for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i]!;
}

const SHORT_BYTES = 256;
