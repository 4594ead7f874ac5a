// An owner gives three views, the viewer spends them; then the same without the cloud.
// Run: node --conditions=@p2pimg/source examples/rights.ts

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateClientKeys, generateClusterKey, publicKeysOf, nodeSuite as suite } from '@p2pimg/identity';
import {
  accountLeft,
  type GrantMode,
  increaseAllowed,
  issueGrant,
  joinContentKey,
  LedgerFile,
  makeReleaseKey,
  openCloudShare,
  openDeviceKey,
  openRelease,
  openViewerShare,
  RightsError,
  type SignedGrant,
  sealDeviceKey,
  sealRelease,
  supersedes,
  verifyGrant,
} from '@p2pimg/rights';
import { equalBytes } from '@p2pimg/wire';

const now = Date.now();
const folder = await mkdtemp(join(tmpdir(), 'p2pimg-example-'));
const owner = generateClientKeys(suite).keys;
const viewer = generateClientKeys(suite).keys;
const cluster = generateClusterKey(suite);
const contentKey = suite.randomBytes(32);

async function grantOf(imageId: string, mode: GrantMode, version: number, allowed: number): Promise<SignedGrant> {
  const offline = mode === 'offline' ? { offlineViews: 2, expiresAt: now + 86_400_000 } : { expiresAt: 0 };
  const terms = {
    mode,
    version,
    allowed,
    issuedAt: now,
    ownerId: 6,
    viewerId: 7,
    imageId,
    contentHash: new Uint8Array(32),
  };
  const secrets = { owner: owner.sign, contentKey, clusterKey: cluster };
  const { grant } = await issueGrant(suite, { ...terms, ...offline, viewer: publicKeysOf(viewer) }, secrets);
  return verifyGrant(suite, grant.bytes, { ownerSignKey: owner.sign.publicKey, viewerId: 7, imageId });
}

// The cloud: counts, then releases its share to the nonce.
let counted = 0;
async function release(grant: SignedGrant, nonce: Uint8Array, views: number) {
  counted += views;
  return { used: counted, sealed: await sealRelease(suite, grant, nonce, await openCloudShare(grant, [cluster])) };
}

const file = await LedgerFile.open(join(folder, 'ledger'), { now });

console.log('witnessed');
const first = await grantOf('client6-puppy', 'witnessed', 1, 3);
await file.commit((ledger) => ledger.accept(first, 0, now));
for (let view = 1; view <= 4; view++) {
  const key = makeReleaseKey(suite);
  const { used, sealed } = await release(first, key.publicKey, 1);
  const released = { grantId: first.grantId, version: first.version, used, nonce: key.publicKey };
  try {
    const { account } = await file.commit((ledger) => ledger.viewReleased(released, now));
    const opened = joinContentKey(await openViewerShare(first, [viewer.box]), await openRelease(first, key, sealed));
    console.log(`  view ${view}: key is right: ${equalBytes(opened, contentKey)}, left ${accountLeft(account)}`);
  } catch (error) {
    if (error instanceof RightsError) console.log(`  view ${view}: ${error.message}`);
  }
}
const more = await grantOf('client6-puppy', 'witnessed', 2, increaseAllowed({ allowed: 3, used: 3 }, 10));
const accepted = await file.commit((ledger) => ledger.accept(more, 0, now));
console.log(`  ten more: newer: ${supersedes(more, first)}, left ${accepted && accountLeft(accepted.account)}`);

console.log('offline(2)');
counted = 0;
const travel = await grantOf('client6-travel', 'offline', 1, 5);
await file.commit((ledger) => ledger.accept(travel, 0, now));
const key = makeReleaseKey(suite);
const { used, sealed } = await release(travel, key.publicKey, 2);
const opened = joinContentKey(await openViewerShare(travel, [viewer.box]), await openRelease(travel, key, sealed));
const deviceKey = await sealDeviceKey(suite, travel.grantId, viewer.box.publicKey, opened);
const reserved = { grantId: travel.grantId, version: 1, used, nonce: key.publicKey, views: 2, deviceKey };
let entry = await file.commit((ledger) => ledger.reserve(reserved, now));
while (entry.account.offlineLeft > 0) {
  const sealedHere = entry.account.deviceKey;
  entry = await file.commit((ledger) => ledger.viewOwn({ grantId: travel.grantId, ledgerSequence: 0 }, now));
  const right = equalBytes(await openDeviceKey(travel.grantId, [viewer.box], sealedHere), contentKey);
  console.log(`  without the cloud: key is right: ${right}, in advance ${entry.account.offlineLeft}`);
}

console.log('trusting');
const trusting = await grantOf('client6-garden', 'trusting', 1, 1);
await file.commit((ledger) => ledger.accept(trusting, 0, now));
const { account } = await file.commit((ledger) =>
  ledger.viewOwn({ grantId: trusting.grantId, ledgerSequence: 0 }, now),
);
const whole = equalBytes(await openViewerShare(trusting, [viewer.box]), contentKey);
console.log(`  whole key in the grant: ${whole}, left ${accountLeft(account)}`);

await file.close();
await rm(folder, { recursive: true });
