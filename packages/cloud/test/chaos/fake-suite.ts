import type { CryptoSuite } from '@p2pimg/identity';
import type { Random } from '@p2pimg/netsim';

/** Cheap stand-ins for cryptography: hashes that mix, signatures that always hold. */
export function fakeSuite(random: Random): CryptoSuite {
  return {
    randomBytes: (length) => Uint8Array.from({ length }, () => random.below(256)),
    sha256: (...parts) => digest(parts),
    hmacSha256: (key, ...parts) => digest([key, ...parts]),
    hkdfSha256: (secret, salt, info, length) => digest([secret, salt, info]).slice(0, length),
    ed25519PublicKey: (key) => key,
    ed25519Sign: () => new Uint8Array(64),
    ed25519Verify: () => true,
    x25519PublicKey: (key) => key,
  };
}

function digest(parts: readonly Uint8Array[]): Uint8Array {
  const lanes = new Uint32Array(8).fill(0x811c9dc5);
  let at = 0;
  for (const part of parts) {
    for (const byte of part) {
      lanes[at & 7] = Math.imul(lanes[at & 7]! ^ byte, 0x01000193);
      at += 1;
    }
  }
  lanes[0]! ^= at;
  return new Uint8Array(lanes.buffer);
}
