import { concatBytes, equalBytes, toHex } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import {
  decodeGrant,
  GRANT_BYTES,
  type Grant,
  GrantConflictError,
  GrantMismatchError,
  GrantSignatureError,
  grantIdOf,
  imageIdHash,
  isExpired,
  MalformedGrantError,
  RightsError,
  signGrant,
  supersedes,
  verifyGrant,
} from '../../src/index.ts';
import { bitFlips, IMAGE_ID, makeWorld, OWNER_ID, seededSuite, VIEWER_ID } from '../fixtures.ts';

const world = makeWorld('grants');
const { suite, owner } = world;
const { grant } = await world.issue();
const expected = { ownerSignKey: owner.sign.publicKey, ownerId: OWNER_ID, viewerId: VIEWER_ID, imageId: IMAGE_ID };

test('M3: a grant has 464 bytes and reads back as it was signed', (t) => {
  t.is(grant.bytes.length, GRANT_BYTES);
  t.deepEqual(verifyGrant(suite, grant.bytes, expected), grant);
});

test('M3: any fields within their ranges survive the journey through bytes', (t) => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  const time = fc.integer({ min: 0, max: 2 ** 51 });
  const parts = fc.record({
    version: fc.integer({ min: 1, max: 0xffff_ffff }),
    allowed: u32,
    issuedAt: time,
    lifetime: fc.integer({ min: 1, max: 2 ** 51 }),
    ownerId: fc.integer({ min: 1, max: 2 ** 52 }),
    distance: fc.integer({ min: 1, max: 2 ** 52 }),
    offlineViews: fc.integer({ min: 1, max: 0xffff_ffff }),
    hashes: fc.tuple(bytes(32), bytes(32), bytes(32), bytes(32)),
    sealed: bytes(80).filter((share) => share.some((byte) => byte !== 0)),
    mode: fc.constantFrom('witnessed' as const, 'offline' as const, 'trusting' as const),
  });
  fc.assert(
    fc.property(parts, ({ lifetime, distance, offlineViews, hashes, sealed, mode, ...rest }) => {
      const parties = { ownerId: rest.ownerId, viewerId: rest.ownerId + distance, imageIdHash: hashes[0] };
      const fields: Grant = {
        ...rest,
        ...parties,
        mode,
        grantId: grantIdOf(suite, parties),
        offlineViews: mode === 'offline' ? offlineViews : 0,
        expiresAt: mode === 'offline' ? rest.issuedAt + lifetime : 0,
        contentHash: hashes[1],
        ownerSignKey: owner.sign.publicKey,
        viewerSignKey: hashes[2],
        viewerBoxKey: hashes[3],
        viewerShare: sealed,
        cloudShare: mode === 'trusting' ? new Uint8Array(80) : sealed,
        clusterKeyId: mode === 'trusting' ? new Uint8Array(8) : sealed.slice(0, 8),
      };
      const signed = signGrant(suite, fields, owner.sign.privateKey);
      const read = verifyGrant(suite, signed.bytes, { ownerSignKey: owner.sign.publicKey });
      t.deepEqual(read, { ...fields, bytes: signed.bytes });
    }),
    { numRuns: 60 },
  );
});

test('N9 N10: a grant with any bit flipped is refused by a named error', (t) => {
  for (const { bit, bytes } of bitFlips(grant.bytes)) {
    t.throws(() => verifyGrant(suite, bytes, expected), { instanceOf: RightsError }, `bit ${bit}`);
  }
});

test('a grant of another length is refused', (t) => {
  for (const bytes of [new Uint8Array(), grant.bytes.subarray(1), concatBytes(grant.bytes, new Uint8Array(1))]) {
    t.throws(() => decodeGrant(suite, bytes), { instanceOf: MalformedGrantError });
  }
});

test('reserved bytes of a grant are zero', (t) => {
  for (const at of [2, 3, 392, 399]) {
    const bytes = grant.bytes.slice();
    bytes[at] = 1;
    t.throws(() => decodeGrant(suite, bytes), { instanceOf: MalformedGrantError, message: /reserved/ }, `byte ${at}`);
  }
});

test('N9: a grant is verified against what is known from elsewhere, not against itself', (t) => {
  const stranger = makeWorld('stranger').owner;
  const { bytes: _, ...fields } = grant;
  const forged = signGrant(suite, { ...fields, ownerSignKey: stranger.sign.publicKey }, stranger.sign.privateKey);
  t.throws(() => verifyGrant(suite, forged.bytes, expected), { instanceOf: GrantMismatchError });
  const unsigned = signGrant(suite, fields, stranger.sign.privateKey);
  t.throws(() => verifyGrant(suite, unsigned.bytes, expected), { instanceOf: GrantSignatureError });
  for (const other of [{ ownerId: 8 }, { viewerId: 8 }, { imageId: 'client6-kitten' }]) {
    t.throws(() => verifyGrant(suite, grant.bytes, { ...expected, ...other }), { instanceOf: GrantMismatchError });
  }
});

test("N10: nobody can take the id of somebody else's grant", (t) => {
  const { bytes: _, ...fields } = grant;
  const hijack = signGrant(suite, { ...fields, ownerId: 99, version: 0xffff_ffff }, owner.sign.privateKey);
  t.throws(() => decodeGrant(suite, hijack.bytes), { instanceOf: MalformedGrantError });
  const other = { ownerId: OWNER_ID, viewerId: VIEWER_ID, imageIdHash: imageIdHash(suite, 'client6-kitten') };
  t.notDeepEqual(grantIdOf(suite, other), grant.grantId);
  t.deepEqual(grantIdOf(suite, grant), grant.grantId);
});

test('fields that contradict each other are refused when signing and when reading', (t) => {
  const { bytes: _, ...fields } = grant;
  const bad: readonly Partial<Grant>[] = [
    { version: 0 },
    { version: 2 ** 32 },
    { allowed: -1 },
    { allowed: 1.5 },
    { issuedAt: -1 },
    { expiresAt: fields.issuedAt },
    { viewerId: fields.ownerId },
    { viewerId: 0 },
    { offlineViews: 1 },
    { mode: 'offline' },
    { mode: 'offline', offlineViews: 3 },
    { mode: 'offline', offlineViews: 0, expiresAt: fields.issuedAt + 1 },
    { mode: 'trusting' },
    { cloudShare: new Uint8Array(80) },
  ];
  for (const change of bad) {
    t.throws(
      () => signGrant(suite, { ...fields, ...change }, owner.sign.privateKey),
      { instanceOf: MalformedGrantError },
      JSON.stringify(change),
    );
  }
});

test('N10 M6: the highest version wins, whatever is lost, doubled or reordered', async (t) => {
  const versions = await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (version) => (await world.issue({ version, allowed: 7 * version })).grant),
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...versions), { minLength: 1, maxLength: 30 }), (arrivals) => {
      const held = arrivals.reduce((current, candidate) => (supersedes(candidate, current) ? candidate : current));
      t.is(held.version, Math.max(...arrivals.map(({ version }) => version)));
    }),
    { numRuns: 500 },
  );
});

test('two grants of one version are a conflict, and of two pictures no pair at all', async (t) => {
  const twin = (await world.issue()).grant;
  t.false(equalBytes(twin.bytes, grant.bytes));
  t.throws(() => supersedes(twin, grant), { instanceOf: GrantConflictError });
  t.false(supersedes(grant, grant));
  const other = (await world.issue({ imageId: 'client6-kitten' })).grant;
  t.throws(() => supersedes(other, grant), { instanceOf: GrantMismatchError });
});

test('a grant expires at its time, or never', (t) => {
  t.false(isExpired({ expiresAt: 0 }, Number.MAX_SAFE_INTEGER));
  t.false(isExpired({ expiresAt: 1000 }, 999));
  t.true(isExpired({ expiresAt: 1000 }, 1000));
});

test('golden: the grant of a fixed seed never changes', async (t) => {
  const fixed = makeWorld('golden grant');
  const issued = await fixed.issue();
  t.is(
    toHex(issued.grant.bytes.subarray(0, 64)),
    '01000000a69f05de08b4e17ea5c344a8352dc61a0000000100000005000000000000018bcfe56800000000000000000000000000000000060000000000000007',
  );
  t.is(
    toHex(seededSuite('').sha256(issued.grant.bytes)),
    '8948b03a1b73fea5619e682673a01c56254abc7064eff4320a95760c52d071e7',
  );
});
