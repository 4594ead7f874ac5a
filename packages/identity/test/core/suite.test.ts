import { fromHex, toHex } from '@p2pimg/wire';
import test from 'ava';
import { nodeSuite } from '../../src/index.ts';

const RFC_8032_VECTORS = [
  {
    name: 'TEST 1',
    privateKey: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: 'TEST 2',
    privateKey: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    name: 'TEST 3',
    privateKey: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

for (const vector of RFC_8032_VECTORS) {
  test(`RFC 8032 ${vector.name}: Ed25519 key, signature and verification`, (t) => {
    const privateKey = fromHex(vector.privateKey);
    const publicKey = fromHex(vector.publicKey);
    const message = fromHex(vector.message);
    t.is(toHex(nodeSuite.ed25519PublicKey(privateKey)), vector.publicKey);
    const signature = nodeSuite.ed25519Sign(privateKey, message);
    t.is(toHex(signature), vector.signature);
    t.true(nodeSuite.ed25519Verify(publicKey, message, signature));
    t.false(nodeSuite.ed25519Verify(publicKey, Uint8Array.of(...message, 0), signature));
  });
}

test('RFC 9180 A.1.1: the X25519 public key of the recipient', (t) => {
  const privateKey = fromHex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8');
  t.is(
    toHex(nodeSuite.x25519PublicKey(privateKey)),
    '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  );
});

test('RFC 5869 A.1: HKDF-SHA-256', (t) => {
  const okm = nodeSuite.hkdfSha256(
    new Uint8Array(22).fill(0x0b),
    fromHex('000102030405060708090a0b0c'),
    fromHex('f0f1f2f3f4f5f6f7f8f9'),
    42,
  );
  t.is(toHex(okm), '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');
});

test('RFC 4231 case 2: HMAC-SHA-256, in one part or several', (t) => {
  const parts = ['what do ya want ', 'for nothing?'].map((text) => new TextEncoder().encode(text));
  t.is(
    toHex(nodeSuite.hmacSha256(new TextEncoder().encode('Jefe'), ...parts)),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

// S is the secret scalar of RFC 8032's TEST 1 and R its public key, so R = S·B: under a key A of order n, R = S·B − h·A holds
// for every message whose h is a multiple of n. OpenSSL before 3.5 accepts that.
const FORGED = fromHex(
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a7c2cac12e69be96ae9065065462385e8fcff2768d980c0a3a520f006904de90f',
);
const SMALL_ORDER_KEYS = [
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  `ec${'ff'.repeat(30)}7f`,
  `ec${'ff'.repeat(31)}`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

for (const key of SMALL_ORDER_KEYS) {
  test(`a signature under the key of small order ${key.slice(0, 4)}…${key.slice(-2)} is never believed`, (t) => {
    for (let message = 0; message < 64; message++) {
      t.false(nodeSuite.ed25519Verify(fromHex(key), Uint8Array.of(message), FORGED));
    }
  });
}

test('keys and signatures of the wrong length are never believed, and sign nothing', (t) => {
  const key = fromHex(RFC_8032_VECTORS[1]!.publicKey);
  const signature = fromHex(RFC_8032_VECTORS[1]!.signature);
  t.true(nodeSuite.ed25519Verify(key, Uint8Array.of(0x72), signature));
  t.false(nodeSuite.ed25519Verify(key.subarray(1), Uint8Array.of(0x72), signature));
  t.false(nodeSuite.ed25519Verify(key, Uint8Array.of(0x72), signature.subarray(1)));
  t.false(nodeSuite.ed25519Verify(new Uint8Array(32).fill(0xff), Uint8Array.of(0x72), signature));
  t.throws(() => nodeSuite.ed25519Sign(new Uint8Array(31), new Uint8Array()), { instanceOf: RangeError });
});
