import { concatBytes, toHex } from '@p2pimg/wire';
import test from 'ava';
import {
  decodeRotation,
  generateClientKeys,
  IdentityError,
  MalformedRotationError,
  nodeSuite,
  proveRegistration,
  publicKeysOf,
  ROTATION_BYTES,
  type Rotation,
  RotationMismatchError,
  RotationSignatureError,
  rotateClientKeys,
  signRotation,
  verifyRegistration,
  verifyRotation,
} from '../../src/index.ts';
import { bitFlips, seededSuite } from '../fixtures.ts';

const suite = seededSuite('statements');
const { keys, recovery } = generateClientKeys(suite);
const next = rotateClientKeys(suite, keys);
const cloudId = '0123456789abcdef0123456789abcdef';
const requestId = 'ffeeddccbbaa99887766554433221100';

test('N11 D2: a registration proves the key, for one cloud, one request and these keys only', (t) => {
  const registration = { cloudId, requestId, ...publicKeysOf(keys), recoveryKey: recovery.publicKey };
  const proof = proveRegistration(suite, keys.sign.privateKey, registration);
  t.true(verifyRegistration(suite, registration, proof));
  const others = [
    { ...registration, cloudId: requestId },
    { ...registration, requestId: cloudId },
    { ...registration, boxKey: next.box.publicKey },
    { ...registration, signKey: next.sign.publicKey },
    { ...registration, recoveryKey: undefined },
    { ...registration, recoveryKey: next.sign.publicKey },
  ];
  for (const other of others) t.false(verifyRegistration(suite, other, proof));
  for (const { bytes } of bitFlips(proof)) t.false(verifyRegistration(suite, registration, bytes));
});

const rotation: Rotation = {
  signer: 'old',
  clientId: 7,
  issuedAt: 1_700_000_000_000,
  cloudId,
  from: publicKeysOf(keys),
  to: publicKeysOf(next),
};
const subject = { cloudId, clientId: 7, current: publicKeysOf(keys), recoveryKey: recovery.publicKey };
const byOld = signRotation(suite, rotation, keys.sign.privateKey, next.sign.privateKey);
const byRecovery = signRotation(suite, { ...rotation, signer: 'recovery' }, recovery.privateKey, next.sign.privateKey);

test('N11: keys change by a statement of the old or of the recovery key', (t) => {
  t.is(byOld.length, ROTATION_BYTES);
  t.is(decodeRotation(byOld).clientId, subject.clientId);
  t.deepEqual(verifyRotation(suite, byOld, subject), rotation);
  t.deepEqual(verifyRotation(suite, byRecovery, subject), { ...rotation, signer: 'recovery' });
});

test('N11: a rotation statement with any bit flipped is refused by a named error', (t) => {
  for (const { bit, bytes } of bitFlips(byOld)) {
    t.throws(() => verifyRotation(suite, bytes, subject), { instanceOf: IdentityError }, `bit ${bit}`);
  }
});

test('N11: a rotation works for its client, its cloud and the current keys only, and once', (t) => {
  const refused = (other: Partial<typeof subject>): void => {
    t.throws(() => verifyRotation(suite, byOld, { ...subject, ...other }), { instanceOf: RotationMismatchError });
  };
  refused({ clientId: 8 });
  refused({ cloudId: requestId });
  refused({ current: publicKeysOf(next) });
  const idle = signRotation(suite, { ...rotation, to: rotation.from }, keys.sign.privateKey, keys.sign.privateKey);
  t.throws(() => verifyRotation(suite, idle, subject), { instanceOf: RotationMismatchError });
});

test('N11: nobody else can sign a rotation', (t) => {
  const stranger = generateClientKeys(suite).keys.sign.privateKey;
  const wrong = [
    signRotation(suite, rotation, stranger, next.sign.privateKey),
    signRotation(suite, rotation, keys.sign.privateKey, stranger),
    signRotation(suite, { ...rotation, signer: 'recovery' }, keys.sign.privateKey, next.sign.privateKey),
    // The new key's signature in place of the authority's.
    concatBytes(byOld.subarray(0, 168), byOld.subarray(232), byOld.subarray(168, 232)),
  ];
  for (const bytes of wrong) {
    t.throws(() => verifyRotation(suite, bytes, subject), { instanceOf: RotationSignatureError });
  }
  const withoutRecovery = { ...subject, recoveryKey: undefined };
  t.throws(() => verifyRotation(suite, byRecovery, withoutRecovery), { instanceOf: RotationSignatureError });
});

test('a rotation statement of another length, format, signer or number range is malformed', (t) => {
  const altered = (at: number, ...values: readonly number[]): Uint8Array => {
    const bytes = byOld.slice();
    bytes.set(values, at);
    return bytes;
  };
  const wrong = [
    new Uint8Array(),
    byOld.subarray(1),
    concatBytes(byOld, new Uint8Array(1)),
    altered(0, 2),
    altered(1, 2),
    altered(2, 1),
    altered(8, 0xff),
    altered(15, 0),
    altered(16, 0xff),
  ];
  for (const bytes of wrong) {
    t.throws(() => verifyRotation(suite, bytes, subject), { instanceOf: MalformedRotationError });
  }
});

test('golden: a rotation statement of fixed keys never changes', (t) => {
  const fixed = { signKey: suite.ed25519PublicKey(new Uint8Array(32).fill(1)), boxKey: new Uint8Array(32).fill(2) };
  const to = { signKey: suite.ed25519PublicKey(new Uint8Array(32).fill(3)), boxKey: new Uint8Array(32).fill(4) };
  const statement = signRotation(
    nodeSuite,
    { ...rotation, from: fixed, to },
    new Uint8Array(32).fill(1),
    new Uint8Array(32).fill(3),
  );
  t.is(toHex(nodeSuite.sha256(statement)), '381fc60dbb217c1e4227a4f77d7223966ac84246767ec1a3d912389e6310073b');
  t.is(toHex(statement.subarray(0, 40)), `010000000000000000000000000000070000018bcfe56800${cloudId}`);
});
