import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { Aes128Gcm, Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { inContext, nodeSuite } from '@p2pimg/identity';
import { concatBytes, fromHex, toHex, utf8Encode } from '@p2pimg/wire';
import test from 'ava';
import { makeReleaseKey, sealRelease } from '../../src/index.ts';
import { seededSuite } from '../fixtures.ts';

const INFO = utf8Encode('Ode on a Grecian Urn');
const buffer = (hex: string): ArrayBuffer => new Uint8Array(fromHex(hex)).buffer;
// The parts remember their suite, so each suite needs its own.
const suiteWith = (aead: Aes128Gcm | Aes256Gcm): CipherSuite =>
  new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead });

test('RFC 9180 A.1.1: X25519, HKDF-SHA256, AES-128-GCM in base mode', async (t) => {
  const suite = suiteWith(new Aes128Gcm());
  const recipient = '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d';
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(fromHex(recipient)),
    info: INFO,
    ekm: buffer('7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234'),
  });
  t.is(toHex(new Uint8Array(sender.enc)), '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431');
  const text = utf8Encode('Beauty is truth, truth beauty');
  t.is(
    toHex(new Uint8Array(await sender.seal(text, utf8Encode('Count-0')))),
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
  );
});

test("RFC 9180: the working group's vector of our own suite, X25519, HKDF-SHA256, AES-256-GCM", async (t) => {
  const suite = suiteWith(new Aes256Gcm());
  const ikm = buffer('dac33b0e9db1b59dbbea58d59a14e7b5896e9bdf98fad6891e99d1686492b9ee');
  const { publicKey, privateKey } = await suite.kem.deriveKeyPair(ikm);
  const raw = async (key: CryptoKey, part: 'public' | 'private'): Promise<string> =>
    toHex(
      new Uint8Array(
        await (part === 'public' ? suite.kem.serializePublicKey(key) : suite.kem.serializePrivateKey(key)),
      ),
    );
  t.is(await raw(publicKey, 'public'), '430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c');
  t.is(await raw(privateKey, 'private'), '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d');
  const ekm = buffer('2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9');
  const sender = await suite.createSenderContext({ recipientPublicKey: publicKey, info: INFO, ekm });
  t.is(toHex(new Uint8Array(sender.enc)), '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256');
  // A thousand messages of pseudo-random length and content, judged by the digest of their ciphertexts.
  const draw = pseudoRandom();
  const digest = createHash('shake128', { outputLength: 16 });
  for (let i = 0; i < 1000; i++) {
    const aad = draw(draw(1)[0] ?? 0);
    const text = draw(draw(1)[0] ?? 0);
    digest.update(new Uint8Array(await sender.seal(text, aad)));
  }
  t.is(digest.digest('hex'), '1702e73e1e71705faa8241022af1deea');
});

/** The output of SHAKE128 over nothing, in pieces. */
function pseudoRandom(): (length: number) => Uint8Array {
  const stream = new Uint8Array(createHash('shake128', { outputLength: 600_000 }).digest());
  let at = 0;
  return (length) => {
    at += length;
    return stream.subarray(at - length, at);
  };
}

test('a sealed key is what RFC 9180 says, written out a second time on node:crypto', async (t) => {
  const seed = 'second opinion';
  const recipient = makeReleaseKey(nodeSuite);
  const grantId = new Uint8Array(16).fill(3);
  const key = new Uint8Array(32).fill(4);
  const sealed = await sealRelease(seededSuite(seed), { grantId, version: 258 }, recipient.publicKey, key);
  const info = concatBytes(inContext('p2pimg key share v1', grantId), fromHex('0000010203'));
  t.is(toHex(sealed), toHex(sealByTheBook(seededSuite(seed).randomBytes(32), recipient.publicKey, info, key)));
});

/** RFC 9180 §4.1, §5.1 and §5.2 for this suite, base mode, one message without associated data. */
function sealByTheBook(ikmE: Uint8Array, pkR: Uint8Array, info: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const kem = concatBytes(utf8Encode('KEM'), fromHex('0020'));
  const hpke = concatBytes(utf8Encode('HPKE'), fromHex('002000010002'));
  const none = new Uint8Array();
  const skE = expand(kem, extract(kem, none, 'dkp_prk', ikmE), 'sk', none, 32);
  const pkE = nodeSuite.x25519PublicKey(skE);
  const prk = extract(kem, none, 'eae_prk', x25519(skE, pkR));
  const shared = expand(kem, prk, 'shared_secret', concatBytes(pkE, pkR), 32);
  const context = concatBytes(
    Uint8Array.of(0),
    extract(hpke, none, 'psk_id_hash', none),
    extract(hpke, none, 'info_hash', info),
  );
  const secret = extract(hpke, shared, 'secret', none);
  const nonce = expand(hpke, secret, 'base_nonce', context, 12);
  const cipher = createCipheriv('aes-256-gcm', expand(hpke, secret, 'key', context, 32), nonce);
  return concatBytes(pkE, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

function extract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  const key = salt.length === 0 ? new Uint8Array(32) : salt;
  return nodeSuite.hmacSha256(key, utf8Encode('HPKE-v1'), suiteId, utf8Encode(label), ikm);
}

function expand(suiteId: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const size = Uint8Array.of(0, length);
  const block = nodeSuite.hmacSha256(
    prk,
    size,
    utf8Encode('HPKE-v1'),
    suiteId,
    utf8Encode(label),
    info,
    Uint8Array.of(1),
  );
  return block.subarray(0, length);
}

function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const der = (prefix: string, raw: Uint8Array): Buffer => Buffer.concat([Buffer.from(prefix, 'hex'), raw]);
  const own: KeyObject = createPrivateKey({
    key: der('302e020100300506032b656e04220420', privateKey),
    format: 'der',
    type: 'pkcs8',
  });
  const theirs = createPublicKey({ key: der('302a300506032b656e032100', publicKey), format: 'der', type: 'spki' });
  return diffieHellman({ privateKey: own, publicKey: theirs });
}
