import { createHash } from 'node:crypto';
import { type CryptoSuite, type Manifest, nodeSuite } from '../src/index.ts';

/** The real suite with repeatable "randomness": SHA-256 of the seed and a counter. */
export function seededSuite(seed: string): CryptoSuite {
  let counter = 0;
  const block = (): Uint8Array => new Uint8Array(createHash('sha256').update(`${seed} ${counter++}`).digest());
  return {
    ...nodeSuite,
    randomBytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) bytes.set(block().subarray(0, length - at), at);
      return bytes;
    },
  };
}

/** Every copy of `bytes` with exactly one bit changed. */
export function* bitFlips(bytes: Uint8Array): Generator<{ readonly bit: number; readonly bytes: Uint8Array }> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = bytes.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield { bit, bytes: copy };
  }
}

export function server(id: string, fill: number): Manifest['servers'][number] {
  return {
    id,
    host: '127.0.0.1',
    clientPort: 8081,
    peerPort: 8085,
    boxKey: new Uint8Array(32).fill(fill),
    signKey: new Uint8Array(32).fill(fill + 100),
  };
}
