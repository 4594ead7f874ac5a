/** The suite on node:crypto. */

import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@p2pimg/wire';
import type { CryptoSuite } from '../core/suite.ts';

type Curve = 'ed25519' | 'x25519';

// RFC 8410: everything before the 32 raw bytes in PKCS #8 and in SubjectPublicKeyInfo.
const PKCS8: Record<Curve, Uint8Array> = {
  ed25519: fromHex('302e020100300506032b657004220420'),
  x25519: fromHex('302e020100300506032b656e04220420'),
};
const SPKI: Record<Curve, Uint8Array> = {
  ed25519: fromHex('302a300506032b6570032100'),
  x25519: fromHex('302a300506032b656e032100'),
};

/**
 * The eight points of small order, in canonical form, without the sign bit (and the two non-canonical spellings of 0 and 1 that
 * a lax decoder would take). A signature under such a key verifies for messages that nobody signed; OpenSSL refuses these keys
 * since 3.5 only.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export const nodeSuite: CryptoSuite = {
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  sha256: (...parts) => {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return new Uint8Array(hash('sha256', only, 'buffer'));
    const digest = createHash('sha256');
    for (const part of parts) digest.update(part);
    return new Uint8Array(digest.digest());
  },
  hmacSha256: (key, ...parts) => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return new Uint8Array(hmac.digest());
  },
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync('sha256', secret, salt, info, length)),
  ed25519PublicKey: (privateKey) => publicHalf('ed25519', privateKey),
  ed25519Sign: (privateKey, message) => new Uint8Array(sign(null, message, privateObject('ed25519', privateKey))),
  ed25519Verify: (publicKey, message, signature) => {
    if (publicKey.length !== 32 || signature.length !== 64 || isSmallOrder(publicKey)) return false;
    try {
      return verify(null, message, publicObject('ed25519', publicKey), signature);
    } catch {
      return false; // bytes that are no point of the curve
    }
  },
  x25519PublicKey: (privateKey) => publicHalf('x25519', privateKey),
};

function privateObject(curve: Curve, raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new RangeError('a private key has 32 bytes');
  const key = Buffer.from(concatBytes(PKCS8[curve], raw));
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicObject(curve: Curve, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI[curve], raw)), format: 'der', type: 'spki' });
}

function publicHalf(curve: Curve, privateKey: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateObject(curve, privateKey)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(SPKI[curve].length));
}

function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = publicKey.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(y));
}
