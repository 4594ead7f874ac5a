import { equalBytes, toHex } from '@p2pimg/wire';
import test from 'ava';
import {
  bandGrant,
  encodeBand,
  joinContentKey,
  Ledger,
  LedgerRolledBackError,
  makeReleaseKey,
  NoViewsLeftError,
  openBand,
  openCloudShare,
  openDeviceKey,
  openRelease,
  openViewerShare,
  ReleaseMismatchError,
  RightsError,
  SealedKeyError,
  sealDeviceKey,
  sealRelease,
  verifyGrant,
} from '../../src/index.ts';
import { ISSUED_AT, makeWorld, type World } from '../fixtures.ts';

const NOW = ISSUED_AT + 1000;

/** A picture's rights band and a ledger: all that a viewer has on its disk. */
interface Home {
  readonly band: Uint8Array;
  readonly ledger: Uint8Array;
}

interface Answer {
  readonly used: number;
  readonly sealed: Uint8Array;
}

/** The cloud's part in a few lines: one atomic counter, answers by nonce. */
class Cloud {
  readonly #world: World;
  readonly #answers: Map<string, number> = new Map();
  used = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async release(bytes: Uint8Array, nonce: Uint8Array, usedByLedger: number, views = 1): Promise<Answer> {
    const { suite, owner, cluster } = this.#world;
    const grant = verifyGrant(suite, bytes, { ownerSignKey: owner.sign.publicKey });
    const known = this.#answers.get(toHex(nonce));
    const used = known ?? Math.max(this.used, usedByLedger) + views;
    if (used > grant.allowed) throw new NoViewsLeftError('no views are left');
    this.used = Math.max(this.used, used);
    this.#answers.set(toHex(nonce), used);
    return { used, sealed: await sealRelease(suite, grant, nonce, await openCloudShare(grant, [cluster])) };
  }
}

/** A seeded generator of numbers in 0 … limit − 1 (mulberry32). */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % limit;
  };
}

async function newHome(world: World, terms: Parameters<World['issue']>[0]): Promise<Home> {
  const { grant, viewerShare } = await world.issue(terms);
  const { ledger, bytes } = Ledger.start(world.suite, NOW);
  const entry = ledger.accept(grant, 0, NOW);
  const band = encodeBand(world.suite, { grant: grant.bytes, used: 0, ledgerSequence: ledger.sequence }, viewerShare);
  return { band, ledger: Buffer.concat([bytes, entry!.bytes]) };
}

/** The viewer's part, as an honest client does it; `killed` after the release, before the ledger is written. */
async function view(
  world: World,
  home: Home,
  cloud: Cloud,
  killed: boolean,
): Promise<{ home: Home; answer: Answer; shown: boolean }> {
  const { suite, owner, viewer, contentKey } = world;
  const grant = verifyGrant(suite, bandGrant(home.band), { ownerSignKey: owner.sign.publicKey });
  const viewerShare = await openViewerShare(grant, [viewer.box]);
  const band = openBand(suite, home.band, viewerShare);
  const { ledger } = Ledger.read(suite, home.ledger);
  const account = ledger.account(grant.grantId)!;
  const key = makeReleaseKey(suite);
  const answer = await cloud.release(grant.bytes, key.publicKey, Math.max(account.used, band.used));
  if (killed) return { home, answer, shown: false };
  const { used } = answer;
  const release = { grantId: grant.grantId, version: grant.version, used, nonce: key.publicKey };
  const entry = ledger.viewReleased(release, NOW);
  const picture = joinContentKey(viewerShare, await openRelease(grant, key, answer.sealed));
  const next = { grant: grant.bytes, used, ledgerSequence: entry.sequence };
  return {
    home: { band: encodeBand(suite, next, viewerShare), ledger: Buffer.concat([home.ledger, entry.bytes]) },
    answer,
    shown: equalBytes(picture, contentKey),
  };
}

test('N10 M4 witnessed: of 50 views, a thousand restores of picture, ledger or home and kills give not one more', async (t) => {
  const seed = Number(process.env.P2PIMG_SEED ?? 1);
  t.log(`P2PIMG_SEED=${seed}`);
  const roll = dice(seed);
  const world = makeWorld(`restores ${seed}`);
  const cloud = new Cloud(world);
  let home = await newHome(world, { allowed: 50 });
  const past: Home[] = [home];
  const answers: Answer[] = [];
  let shown = 0;
  let lost = 0;
  for (let restores = 0; restores < 1000; restores++) {
    const old = past[roll(past.length)]!;
    const restored = [{ ...home, band: old.band }, { ...home, ledger: old.ledger }, old][roll(3)]!;
    const killed = roll(5) === 0;
    try {
      const result = await view(world, restored, cloud, killed);
      answers.push(result.answer);
      if (result.shown) shown++;
      if (killed) lost++;
      home = result.home;
      past.push(home);
    } catch (error) {
      t.true(error instanceof NoViewsLeftError, String(error));
    }
  }
  t.is(cloud.used, 50);
  t.is(shown + lost, 50, 'a view is shown or, when a kill came in between, lost; never gained');
  t.true(shown > 20);
  // Every answer that ever went over the wire, sent again to a viewer that has restored everything.
  const grant = verifyGrant(world.suite, bandGrant(past[0]!.band), { ownerSignKey: world.owner.sign.publicKey });
  for (const { sealed } of answers) {
    await t.throwsAsync(openRelease(grant, makeReleaseKey(world.suite), sealed), { instanceOf: SealedKeyError });
  }
});

test('N10 witnessed: the answer to one nonce, however often it comes, spends and shows one view', async (t) => {
  const world = makeWorld('same nonce');
  const cloud = new Cloud(world);
  const home = await newHome(world, { allowed: 3 });
  const grant = verifyGrant(world.suite, bandGrant(home.band), { ownerSignKey: world.owner.sign.publicKey });
  const { ledger } = Ledger.read(world.suite, home.ledger);
  const key = makeReleaseKey(world.suite);
  const release = { grantId: grant.grantId, version: 1, nonce: key.publicKey };
  for (let attempt = 0; attempt < 5; attempt++) {
    const { used } = await cloud.release(grant.bytes, key.publicKey, 0);
    t.is(used, 1);
    if (attempt === 0) ledger.viewReleased({ ...release, used }, NOW);
    else t.throws(() => ledger.viewReleased({ ...release, used }, NOW), { instanceOf: ReleaseMismatchError });
  }
  t.is(cloud.used, 1);
});

test('offline(n): restoring a whole home repeats at most those n; restoring the ledger alone repeats none', async (t) => {
  const world = makeWorld('offline restores');
  const { suite, viewer, contentKey } = world;
  const cloud = new Cloud(world);
  const home = await newHome(world, { allowed: 10, mode: 'offline', offlineViews: 3, expiresAt: NOW + 1000 });
  const grant = verifyGrant(suite, bandGrant(home.band), { ownerSignKey: world.owner.sign.publicKey });
  const viewerShare = await openViewerShare(grant, [viewer.box]);
  const key = makeReleaseKey(suite);
  const { used, sealed } = await cloud.release(grant.bytes, key.publicKey, 0, 3);
  const released = joinContentKey(viewerShare, await openRelease(grant, key, sealed));
  const deviceKey = await sealDeviceKey(suite, grant.grantId, viewer.box.publicKey, released);
  const { ledger } = Ledger.read(suite, home.ledger);
  const entry = ledger.reserve(
    { grantId: grant.grantId, version: 1, used, views: 3, nonce: key.publicKey, deviceKey },
    NOW,
  );
  const bandAt = (ledgerSequence: number): Uint8Array =>
    encodeBand(suite, { grant: grant.bytes, used, ledgerSequence }, viewerShare);
  const reserved: Home = { ledger: Buffer.concat([home.ledger, entry.bytes]), band: bandAt(entry.sequence) };

  const spendAll = async ({
    ledger: bytes,
    band,
  }: Home): Promise<{ shown: number; band: Uint8Array; stopped: unknown }> => {
    const { ledger: own } = Ledger.read(suite, bytes);
    let current = band;
    for (let shown = 0; ; shown++) {
      const { ledgerSequence } = openBand(suite, current, viewerShare);
      const sealedHere = own.account(grant.grantId)!.deviceKey;
      try {
        const spent = own.viewOwn({ grantId: grant.grantId, ledgerSequence }, NOW + 1);
        t.deepEqual(await openDeviceKey(grant.grantId, [viewer.box], sealedHere), contentKey);
        current = bandAt(spent.sequence);
      } catch (error) {
        if (!(error instanceof RightsError)) throw error;
        return { shown, band: current, stopped: error };
      }
    }
  };

  const first = await spendAll(reserved);
  t.is(first.shown, 3);
  t.true(first.stopped instanceof NoViewsLeftError);
  const whole = await spendAll(reserved);
  t.is(whole.shown, 3, 'what docs/security.md admits');
  const ledgerOnly = await spendAll({ ...reserved, band: first.band });
  t.is(ledgerOnly.shown, 0);
  t.true(ledgerOnly.stopped instanceof LedgerRolledBackError);
  t.is(cloud.used, 3, 'the cloud counted them once, in advance');
});
