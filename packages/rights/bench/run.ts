/** What a view costs, step by step: `pnpm bench [--json] [--small]`. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateClientKeys, generateClusterKey, publicKeysOf, nodeSuite as suite } from '@p2pimg/identity';
import { race, runBenches } from '@p2pimg/testkit/bench';
import {
  encodeBand,
  issueGrant,
  Ledger,
  LedgerFile,
  makeReleaseKey,
  openBand,
  openCloudShare,
  openRelease,
  openViewerShare,
  sealRelease,
  verifyGrant,
} from '../src/index.ts';

const owner = generateClientKeys(suite).keys;
const viewer = generateClientKeys(suite).keys;
const clusterKey = generateClusterKey(suite);
const terms = {
  mode: 'witnessed',
  version: 1,
  allowed: 0xffff_ffff,
  issuedAt: 1,
  expiresAt: 0,
  ownerId: 6,
  viewerId: 7,
  imageId: 'client6-puppy',
  contentHash: new Uint8Array(32),
  viewer: publicKeysOf(viewer),
} as const;
const secrets = { owner: owner.sign, contentKey: suite.randomBytes(32), clusterKey };
const { grant, viewerShare } = await issueGrant(suite, terms, secrets);
const band = encodeBand(suite, { grant: grant.bytes, used: 0, ledgerSequence: 0 }, viewerShare);
const key = makeReleaseKey(suite);
const cloudShare = await openCloudShare(grant, [clusterKey]);
const released = await sealRelease(suite, grant, key.publicKey, cloudShare);

const folder = await mkdtemp(join(tmpdir(), 'p2pimg-bench-'));
const file = await LedgerFile.open(join(folder, 'ledger'), { now: 0 });
await file.commit((ledger) => ledger.accept(grant, 0, 0));
let used = 0;
let memory = Ledger.start(suite, 0).ledger;
memory.accept(grant, 0, 0);

function spend(ledger: Ledger) {
  const account = ledger.account(grant.grantId);
  const nonce = suite.randomBytes(32);
  return ledger.viewReleased({ grantId: grant.grantId, version: 1, used: (account?.used ?? 0) + 1, nonce }, ++used);
}

const contenders = [
  { name: 'issue a grant (2 seals, 1 signature)', run: () => issueGrant(suite, terms, secrets) },
  { name: 'verify a grant', run: () => verifyGrant(suite, grant.bytes, { ownerSignKey: owner.sign.publicKey }) },
  { name: "open the viewer's share", run: () => openViewerShare(grant, [viewer.box]) },
  {
    name: "open and seal the cloud's share",
    run: async () => sealRelease(suite, grant, key.publicKey, await openCloudShare(grant, [clusterKey])),
  },
  { name: 'open a release', run: () => openRelease(grant, key, released) },
  { name: 'open a rights band', run: () => openBand(suite, band, viewerShare) },
  {
    name: 'spend a view in memory',
    run: () => {
      if (memory.records > 10_000) memory = memory.compact().ledger;
      return spend(memory);
    },
  },
  { name: 'spend a view on disk (fdatasync)', run: () => file.commit(spend) },
];
await runBenches({
  rights: async ({ effort }) =>
    (await race<unknown>(contenders, effort)).map(({ name: metric, ms }) => ({
      bench: 'rights',
      metric,
      value: ms * 1_000,
      unit: 'µs',
    })),
});
await file.close();
await rm(folder, { recursive: true });
