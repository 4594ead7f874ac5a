import type { CryptoSuite } from '@p2pimg/identity';
import type { Random } from '@p2pimg/netsim';
import { concatBytes, equalBytes } from '@p2pimg/wire';

/**
 * Stand-ins with the shape and the algebra of the real functions (another input gives another output, only the private
 * key's owner signs what its public key accepts), a hundred times faster. Nobody in the simulation attacks them.
 */
export function simSuite(random: Random): CryptoSuite {
  return {
    randomBytes: (length) => randomBytes(random, length),
    sha256: simHash,
    hmacSha256: (key, ...parts) => simHash(key, ...parts),
    hkdfSha256: (secret, salt, info, length) => simHash(secret, salt, info).slice(0, length),
    ed25519PublicKey: publicKeyOf,
    ed25519Sign: (privateKey, message) => signatureOf(publicKeyOf(privateKey), message),
    ed25519Verify: (publicKey, message, signature) => equalBytes(signatureOf(publicKey, message), signature),
    x25519PublicKey: publicKeyOf,
  };
}

export function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random.below(256);
  return bytes;
}

/** 32 bytes. 32-bit FNV-1a lanes that are mixed at the end. */
export function simHash(...parts: readonly Uint8Array[]): Uint8Array {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const byte = part[i]!;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ (byte + (a >>> 24)), 0x85ebca6b);
    }
  }
  const out = new Uint32Array(8);
  for (let i = 0; i < 8; i++) {
    a = Math.imul(a ^ (b >>> 15) ^ i, 0x2c1b3c6d);
    b = Math.imul(b ^ (a >>> 13), 0x297a2d39);
    out[i] = a ^ b;
  }
  return new Uint8Array(out.buffer);
}

function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return simHash(privateKey);
}

function signatureOf(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const half = simHash(publicKey, message);
  return concatBytes(half, half);
}
