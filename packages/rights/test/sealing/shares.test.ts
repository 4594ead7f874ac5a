import { generateBoxPair, generateClusterKey, publicKeysOf, rotateClientKeys } from '@p2pimg/identity';
import test from 'ava';
import fc from 'fast-check';
import {
  ClusterKeyNeededError,
  issueGrant,
  joinContentKey,
  MissingKeyError,
  makeReleaseKey,
  openCloudShare,
  openDeviceKey,
  openRelease,
  openViewerShare,
  SealedKeyError,
  sealDeviceKey,
  sealRelease,
  splitContentKey,
} from '../../src/index.ts';
import { bitFlips, IMAGE_ID, ISSUED_AT, makeWorld } from '../fixtures.ts';

const world = makeWorld('shares');
const { suite, viewer, owner, cluster, contentKey } = world;
const { grant, viewerShare } = await world.issue();

test('M5 witnessed: viewer and cloud each open their half, and only both make the content key', async (t) => {
  const mine = await openViewerShare(grant, [viewer.box]);
  const theirs = await openCloudShare(grant, [cluster]);
  t.deepEqual(mine, viewerShare);
  t.deepEqual(joinContentKey(mine, theirs), contentKey);
  t.notDeepEqual(mine, contentKey);
  t.notDeepEqual(theirs, contentKey);
});

test('trusting: the viewer has the whole key, and the cloud has nothing', async (t) => {
  const issued = await world.issue({ mode: 'trusting' });
  t.deepEqual(await openViewerShare(issued.grant, [viewer.box]), contentKey);
  t.true(issued.grant.cloudShare.every((byte) => byte === 0));
  await t.throwsAsync(openCloudShare(issued.grant, [cluster]), { instanceOf: MissingKeyError });
});

test('only mode trusting does without the cluster key', async (t) => {
  const terms = {
    mode: 'witnessed',
    version: 1,
    allowed: 1,
    issuedAt: ISSUED_AT,
    expiresAt: 0,
    ownerId: 6,
    viewerId: 7,
    imageId: IMAGE_ID,
    contentHash: new Uint8Array(32),
    viewer: publicKeysOf(viewer),
  } as const;
  const secrets = { owner: owner.sign, contentKey };
  await t.throwsAsync(issueGrant(suite, terms, secrets), { instanceOf: ClusterKeyNeededError });
  await t.notThrowsAsync(issueGrant(suite, { ...terms, mode: 'trusting' }, secrets));
});

test('every version is split anew', async (t) => {
  const next = await world.issue({ version: 2 });
  t.notDeepEqual(next.viewerShare, viewerShare);
  const mixed = joinContentKey(viewerShare, await openCloudShare(next.grant, [cluster]));
  t.notDeepEqual(mixed, contentKey);
});

test('splitting and joining give the key back', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const shares = splitContentKey(suite, key);
      t.deepEqual(joinContentKey(shares.viewerShare, shares.cloudShare), key);
    }),
  );
  t.throws(() => joinContentKey(new Uint8Array(31), new Uint8Array(32)), { instanceOf: RangeError });
});

test('N9: a share does not open for others, nor in another grant, version or role', async (t) => {
  await t.throwsAsync(openViewerShare(grant, [owner.box]), { instanceOf: MissingKeyError });
  await t.throwsAsync(openCloudShare(grant, [generateClusterKey(suite)]), { instanceOf: MissingKeyError });
  const moved = [
    { ...grant, version: 2 },
    { ...grant, grantId: new Uint8Array(16) },
    { ...grant, viewerShare: grant.cloudShare },
    { ...grant, bytes: (await world.issue({ allowed: 6 })).grant.bytes },
  ];
  for (const other of moved) await t.throwsAsync(openViewerShare(other, [viewer.box]), { instanceOf: SealedKeyError });
  const stolen = { ...(await world.issue({ imageId: 'client6-kitten' })).grant, cloudShare: grant.cloudShare };
  await t.throwsAsync(openCloudShare(stolen, [cluster]), { instanceOf: SealedKeyError });
});

test('a share with any bit flipped does not open', async (t) => {
  for (const { bit, bytes } of bitFlips(grant.viewerShare)) {
    const error = await t.throwsAsync(openViewerShare({ ...grant, viewerShare: bytes }, [viewer.box]));
    t.true(error instanceof SealedKeyError, `bit ${bit}`);
  }
});

test('after a rotation the retired session key still opens old grants', async (t) => {
  const rotated = rotateClientKeys(suite, viewer);
  t.deepEqual(await openViewerShare(grant, [rotated.box, ...rotated.retiredBoxes]), viewerShare);
});

test('N10: a release opens with the key of its own request only, for its own grant and version', async (t) => {
  const release = { grantId: grant.grantId, version: grant.version };
  const request = makeReleaseKey(suite);
  const cloudShare = await openCloudShare(grant, [cluster]);
  const answer = await sealRelease(suite, release, request.publicKey, cloudShare);
  t.deepEqual(joinContentKey(viewerShare, await openRelease(release, request, answer)), contentKey);
  await t.throwsAsync(openRelease(release, makeReleaseKey(suite), answer), { instanceOf: SealedKeyError });
  await t.throwsAsync(openRelease({ ...release, version: 2 }, request, answer), { instanceOf: SealedKeyError });
  await t.throwsAsync(openRelease(release, request, answer.subarray(1)), { instanceOf: SealedKeyError });
  for (const nonce of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]) {
    // A point of small order would make everybody's shared secret the same.
    await t.throwsAsync(sealRelease(suite, release, nonce, cloudShare), undefined);
  }
});

test('offline: the content key rests sealed to this device, and opens for no other grant', async (t) => {
  const sealed = await sealDeviceKey(suite, grant.grantId, viewer.box.publicKey, contentKey);
  t.deepEqual(await openDeviceKey(grant.grantId, [generateBoxPair(suite), viewer.box], sealed), contentKey);
  await t.throwsAsync(openDeviceKey(new Uint8Array(16), [viewer.box], sealed), { instanceOf: SealedKeyError });
  await t.throwsAsync(openDeviceKey(grant.grantId, [owner.box], sealed), { instanceOf: SealedKeyError });
});
