import { toHex } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import {
  fingerprint,
  formatRecoveryKey,
  generateClientKeys,
  generateSignPair,
  MAX_RETIRED_BOXES,
  nodeSuite,
  parseRecoveryKey,
  publicKeysOf,
  RecoveryKeyError,
  rootFingerprint,
  rotateClientKeys,
} from '../../src/index.ts';
import { seededSuite } from '../fixtures.ts';

test('golden: the fingerprint of fixed keys never changes', (t) => {
  const keys = { signKey: new Uint8Array(32).fill(1), boxKey: new Uint8Array(32).fill(2) };
  t.is(fingerprint(nodeSuite, keys), '1H5J-5VKJ-FD2W-XE09-GCWY-8K99');
  t.not(fingerprint(nodeSuite, { signKey: keys.boxKey, boxKey: keys.signKey }), '1H5J-5VKJ-FD2W-XE09-GCWY-8K99');
});

test("golden: a root key's fingerprint never changes, and is not that of a client", (t) => {
  const key = new Uint8Array(32).fill(1);
  t.is(rootFingerprint(nodeSuite, key), '2SR6-46ZE-YB62-MB9P-2T7D-PQ0E');
});

test('golden: the recovery key of a fixed private key never changes', (t) => {
  const pair = { publicKey: new Uint8Array(32), privateKey: new Uint8Array(32).fill(3) };
  t.is(formatRecoveryKey(nodeSuite, pair), '0C1G-60R3-0C1G-60R3-0C1G-60R3-0C1G-60R3-0C1G-60R3-0C1G-60R3-0C1X-QP1X');
});

test('a recovery key is read back in any case, spaced anyhow, with O, I and L for 0 and 1', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (seed, lower) => {
      const pair = generateSignPair({ ...nodeSuite, randomBytes: () => seed });
      const written = formatRecoveryKey(nodeSuite, pair).replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('-', ' ');
      const read = parseRecoveryKey(nodeSuite, lower ? written.toLowerCase() : `  ${written}\n`);
      t.deepEqual(read.privateKey, pair.privateKey);
      t.deepEqual(read.publicKey, pair.publicKey);
    }),
    { numRuns: 50 },
  );
});

test('every single wrong character of a recovery key is noticed', (t) => {
  const text = formatRecoveryKey(nodeSuite, generateSignPair(seededSuite('typing')));
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '-') continue;
    const wrong = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    t.throws(() => parseRecoveryKey(nodeSuite, wrong), { instanceOf: RecoveryKeyError }, `character ${at}`);
  }
  for (const wrong of ['', 'abc', text.slice(1), `${text}A`, text.replace(/./, 'U'), 'A'.repeat(10_000)]) {
    t.throws(() => parseRecoveryKey(nodeSuite, wrong), { instanceOf: RecoveryKeyError });
  }
});

test('a rotation makes new keys, keeps the recovery key and the last sixteen session keys', (t) => {
  const suite = seededSuite('rotations');
  let { keys } = generateClientKeys(suite);
  const seen = new Set([toHex(keys.box.publicKey)]);
  for (let round = 1; round <= MAX_RETIRED_BOXES + 3; round++) {
    const next = rotateClientKeys(suite, keys);
    t.deepEqual(next.retiredBoxes[0], keys.box);
    t.deepEqual(next.recoveryKey, keys.recoveryKey);
    t.notDeepEqual(publicKeysOf(next), publicKeysOf(keys));
    t.is(next.retiredBoxes.length, Math.min(round, MAX_RETIRED_BOXES));
    keys = next;
    seen.add(toHex(keys.box.publicKey));
  }
  t.is(seen.size, MAX_RETIRED_BOXES + 4);
});
