import type { CryptoSuite } from '../../core/crypto-suite.ts';
import { EvpAesGcm } from './aead.ts';
import { EvpX25519 } from './agreement.ts';
import { EvpBlake2s } from './hash.ts';
import { type Libcrypto, loadLibcrypto } from './libcrypto.ts';

let loaded: CryptoSuite | undefined | 'not tried' = 'not tried';

/**
 * The suite on the OpenSSL that is in this Node, called through `node:ffi`: the code behind `node:crypto`, without an object and a buffer
 * for each call. Undefined where it is not to be had, or does not do as `reference` does.
 */
export function openSslSuite(reference: CryptoSuite): CryptoSuite | undefined {
  if (loaded === 'not tried') loaded = load(reference);
  return loaded;
}

function load(reference: CryptoSuite): CryptoSuite | undefined {
  const openssl = loadLibcrypto();
  if (openssl === undefined) return undefined;
  try {
    const suite = suiteOn(openssl, reference);
    return agree(suite, reference) ? suite : undefined;
  } catch {
    // Another OpenSSL: `node:crypto` does.
    return undefined;
  }
}

function suiteOn(openssl: Libcrypto, reference: CryptoSuite): CryptoSuite {
  const gcm = new EvpAesGcm(openssl);
  const blake2s = new EvpBlake2s(openssl);
  const x25519 = new EvpX25519(openssl);
  const takes = (parts: readonly Uint8Array[]): boolean => {
    let length = 0;
    for (const part of parts) length += part.length;
    return blake2s.takes(length);
  };
  return {
    ...reference,
    hash: (...parts) => (takes(parts) ? blake2s.hash(parts) : reference.hash(...parts)),
    hmac: (key, ...parts) =>
      key.length <= MAX_KEY_BYTES && takes(parts) ? blake2s.hmac(key, parts) : reference.hmac(key, ...parts),
    keyPair: (privateKey) => x25519.keyPair(privateKey),
    aead: (key) => gcm.aead(key),
  };
}

/** A longer key of an HMAC is hashed first (RFC 2104): nobody here has one. */
const MAX_KEY_BYTES = 64;

/** Whether both do the same: seal and open a few contents and refuse a wrong tag; hash; agree. */
function agree(ours: CryptoSuite, theirs: CryptoSuite): boolean {
  return agreeOnSealing(ours, theirs) && agreeOnHashes(ours, theirs) && agreeOnKeys(ours, theirs);
}

function agreeOnSealing(ours: CryptoSuite, theirs: CryptoSuite): boolean {
  return [0, 1, 984, 15_856].every((length, i) => {
    const [key, nonce, aad, content] = [sample(32, i + 1), sample(12, i + 2), sample(27, i + 3), sample(length, i + 4)];
    const sealed = ours.aead(key).seal(nonce, aad, content);
    if (!equal(sealed, theirs.aead(key).seal(nonce, aad, content))) return false;
    const [body, tag] = [sealed.subarray(0, length), sealed.slice(length)];
    const opened = ours.aead(key).open(nonce, aad, body, tag);
    tag[0]! ^= 1;
    return opened !== undefined && equal(opened, content) && ours.aead(key).open(nonce, aad, body, tag) === undefined;
  });
}

function agreeOnHashes(ours: CryptoSuite, theirs: CryptoSuite): boolean {
  return [0, 1, 64, 200].every((length, i) => {
    const [key, content] = [sample(32, i + 1), sample(length, i + 2)];
    return (
      equal(ours.hash(key, content), theirs.hash(key, content)) &&
      equal(ours.hmac(key, key, content), theirs.hmac(key, key, content))
    );
  });
}

function agreeOnKeys(ours: CryptoSuite, theirs: CryptoSuite): boolean {
  const [mine, yours] = [ours.keyPair(sample(32, 1)), theirs.keyPair(sample(32, 2))];
  const [secret, same] = [mine.agree(yours.publicKey), yours.agree(mine.publicKey)];
  if (secret === undefined || same === undefined || !equal(secret, same)) return false;
  return mine.agree(new Uint8Array(32)) === undefined;
}

const sample = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, j) => first + j * 7);
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
