import { createCipheriv, randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { fastCryptoSuite, nodeCryptoSuite } from '../../src/node/crypto-suite.ts';

const bytes = (max: number, min = 0): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max });
const inputs = {
  key: bytes(32, 32),
  nonce: bytes(12, 12),
  aad: bytes(27),
  plaintext: fc.oneof(bytes(100), bytes(15_856)),
};

/** OpenSSL through `node:crypto`, written out once more. */
function reference(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

for (const [name, suite] of [
  ['node:crypto', nodeCryptoSuite],
  ['the fastest there is', fastCryptoSuite()],
] as const) {
  test(`T2 AES-256-GCM by ${name}: seals as OpenSSL does, with keys taking turns, and opens in place`, (t) => {
    const fixed = { key: randomBytes(32), aead: suite.aead(new Uint8Array(32)) };
    const other = suite.aead(fixed.key);
    const long = [new Uint8Array(20_000), new Uint8Array(20_000)];
    fc.assert(
      fc.property(fc.record(inputs), ({ key, nonce, aad, plaintext }) => {
        const aead = suite.aead(key);
        const sealed = reference(key, nonce, aad, plaintext);
        const out = new Uint8Array(plaintext.length + 30).fill(7);
        aead.sealInto(nonce, aad, plaintext, out, 5);
        other.seal(nonce, aad, plaintext);
        t.deepEqual(Buffer.from(out.subarray(5, 5 + sealed.length)), sealed);
        t.true(out.subarray(0, 5).every((b) => b === 7) && out.subarray(5 + sealed.length).every((b) => b === 7));
        t.deepEqual(Buffer.from(aead.seal(nonce, aad, plaintext)), sealed);

        const place = Uint8Array.from(sealed.subarray(0, plaintext.length));
        const tag = sealed.subarray(plaintext.length);
        t.false(other.openInto(nonce, aad, place, tag, place, 0));
        t.deepEqual(Buffer.from(place), sealed.subarray(0, plaintext.length));
        t.true(aead.openInto(nonce, aad, place, tag, place, 0));
        t.deepEqual(place, Uint8Array.from(plaintext));

        // A packet in the middle of other bytes, of a buffer just as long, of two long ones by turns, and of a view of one.
        const around = aad.length + sealed.length;
        for (const buffer of [new Uint8Array(3 + around + 2), ...long, long[0]!.subarray(9)]) {
          buffer.fill(7);
          buffer.set(aad, 3);
          buffer.set(plaintext, 3 + aad.length);
          aead.sealPacket(nonce, buffer, 3, aad.length, plaintext.length);
          const packet = Buffer.from(buffer.subarray(0, 3 + around + 2));
          t.deepEqual(packet, Buffer.from([7, 7, 7, ...aad, ...sealed, 7, 7]));
          t.true(buffer.subarray(packet.length).every((b) => b === 7));
          const opened = new Uint8Array(plaintext.length + 1).fill(7);
          t.false(other.openPacket(nonce, buffer, 3, aad.length, plaintext.length, opened));
          t.true(opened.every((b) => b === 7));
          t.true(aead.openPacket(nonce, buffer, 3, aad.length, plaintext.length, opened));
          t.deepEqual(opened, Uint8Array.from([...plaintext, 7]));
          t.deepEqual(Buffer.from(buffer.subarray(0, packet.length)), packet);
        }
      }),
      { numRuns: 200 },
    );
  });

  test(`N4 AES-256-GCM by ${name}: any changed bit of tag, content, associated data or nonce is refused`, (t) => {
    const aead = suite.aead(randomBytes(32));
    const parts = { nonce: randomBytes(12), aad: randomBytes(16), content: randomBytes(60) };
    const sealed = aead.seal(parts.nonce, parts.aad, parts.content);
    const [body, tag] = [sealed.slice(0, 60), sealed.slice(60)];
    const open = (): Uint8Array | undefined => aead.open(parts.nonce, parts.aad, body, tag);
    for (const part of [parts.nonce, parts.aad, body, tag]) {
      for (let bit = 0; bit < part.length * 8; bit++) {
        part[bit >> 3]! ^= 1 << (bit & 7);
        t.is(open(), undefined);
        part[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
    t.deepEqual(Buffer.from(open()!), parts.content);

    const packet = Buffer.concat([parts.aad, sealed]);
    const plaintext = new Uint8Array(60);
    const openPacket = (): boolean => aead.openPacket(parts.nonce, packet, 0, 16, 60, plaintext);
    for (let bit = 0; bit < packet.length * 8; bit++) {
      packet[bit >> 3]! ^= 1 << (bit & 7);
      t.false(openPacket());
      packet[bit >> 3]! ^= 1 << (bit & 7);
    }
    t.true(openPacket());
    t.deepEqual(Buffer.from(plaintext), parts.content);
  });

  test(`N4 AES-256-GCM by ${name}: a packet that would end behind its buffer is neither sealed nor opened`, (t) => {
    const aead = suite.aead(randomBytes(32));
    for (const length of [60, 5_000]) {
      const buffer = new Uint8Array(length).fill(7);
      const nonce = randomBytes(12);
      t.throws(() => aead.sealPacket(nonce, buffer, length - 40, 16, 24));
      t.throws(() => aead.sealPacket(nonce, buffer, length - 16, 16, 0));
      t.throws(() => aead.openPacket(nonce, buffer, length - 8, 16, 4, new Uint8Array(4)));
    }
  });
}
