import { createHash, createHmac } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { fastCryptoSuite, nodeCryptoSuite } from '../../src/node/crypto-suite.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const show = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** RFC 7748, section 6.1. */
const ALICE = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
const ALICE_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const BOB = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const BOB_PUBLIC = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
const SHARED = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

/** All encodings of points whose order divides 8: the secret would be zero, whoever the other side is. */
const LOW_ORDER: readonly string[] = [
  '00'.repeat(32),
  '01'.padEnd(64, '0'),
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

for (const [name, suite] of [
  ['node:crypto', nodeCryptoSuite],
  ['the shortest way to OpenSSL', fastCryptoSuite()],
] as const) {
  test(`T2 HMAC-BLAKE2s by ${name} is that of createHmac, and BLAKE2s that of createHash, whatever the key and the parts`, (t) => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 900, maxLength: 1_100 }));
    fc.assert(
      fc.property(bytes, fc.array(bytes, { maxLength: 4 }), (key, parts) => {
        const expected = createHmac('blake2s256', key).update(Buffer.concat(parts)).digest('hex');
        t.is(show(suite.hmac(key, ...parts)), expected);
        t.is(
          show(suite.hash(key, ...parts)),
          createHash('blake2s256')
            .update(Buffer.concat([key, ...parts]))
            .digest('hex'),
        );
      }),
    );
  });

  test(`T2 agreement on Curve25519 by ${name} gives the results of RFC 7748, section 6.1`, (t) => {
    const [alice, bob] = [suite.keyPair(hex(ALICE)), suite.keyPair(hex(BOB))];
    t.is(show(alice.publicKey), ALICE_PUBLIC);
    t.is(show(bob.publicKey), BOB_PUBLIC);
    t.is(show(alice.agree(bob.publicKey)), SHARED);
    t.is(show(bob.agree(alice.publicKey)), SHARED);
  });

  test(`T2 agreement by ${name} a thousand times over itself gives the result of RFC 7748, section 5.2`, (t) => {
    let k = hex('09'.padEnd(64, '0'));
    let u = k;
    for (let i = 0; i < 1_000; i++) {
      const next = suite.keyPair(k).agree(u)!;
      u = k;
      k = Uint8Array.from(next);
      if (i === 0) t.is(show(k), '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
    }
    t.is(show(k), '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  for (const point of LOW_ORDER) {
    test(`N4 T2 by ${name} the point of low order ${point.slice(0, 8)}… agrees with nobody, with the highest bit set or not`, (t) => {
      const pair = suite.keyPair(hex(ALICE));
      const high = hex(point);
      high[31] = high[31]! | 0x80;
      t.is(pair.agree(hex(point)), undefined);
      t.is(pair.agree(high), undefined);
    });
  }
}
