import { concatBytes, toHex } from '@p2pimg/wire';
import test from 'ava';
import {
  accountLeft,
  accountUsed,
  ClockWentBackError,
  GrantConflictError,
  GrantExpiredError,
  GrantModeError,
  Ledger,
  LedgerRolledBackError,
  NoViewsLeftError,
  RECORD_BYTES,
  ReleaseMismatchError,
  type SignedGrant,
  UnknownGrantError,
} from '../../../src/index.ts';
import { ISSUED_AT, makeWorld } from '../../fixtures.ts';

const world = makeWorld('ledger');
const { suite } = world;
const T = ISSUED_AT + 1000;
const offlineTerms = { mode: 'offline', offlineViews: 3, expiresAt: T + 1_000_000 } as const;
const deviceKey = new Uint8Array(80).fill(8);
let nonces = 0;
const nonce = (): Uint8Array => new Uint8Array(32).fill(++nonces);

const witnessed = (await world.issue()).grant;
const offline = (await world.issue(offlineTerms)).grant;
const trusting = (await world.issue({ mode: 'trusting' })).grant;

function ledgerWith(grant: SignedGrant, used = 0): Ledger {
  const { ledger } = Ledger.start(suite, T);
  ledger.accept(grant, used, T);
  return ledger;
}

test('U5 M4 witnessed: the count of the cloud is spent view by view, to zero', (t) => {
  const ledger = ledgerWith(witnessed);
  for (let used = 1; used <= 5; used++) {
    const entry = ledger.viewReleased({ grantId: witnessed.grantId, version: 1, used, nonce: nonce() }, T);
    t.is(entry.bytes.length, RECORD_BYTES);
    t.is(accountLeft(entry.account), 5 - used);
  }
  const sixth = { grantId: witnessed.grantId, version: 1, used: 6, nonce: nonce() };
  t.throws(() => ledger.viewReleased(sixth, T), { instanceOf: NoViewsLeftError });
});

test('N10 witnessed: an answer that is sent again, late, or for an unknown version spends nothing', (t) => {
  const ledger = ledgerWith(witnessed);
  const first = { grantId: witnessed.grantId, version: 1, used: 2, nonce: nonce() };
  ledger.viewReleased(first, T);
  const before = ledger.sequence;
  const wrong = [
    first,
    { ...first, used: 3 },
    { ...first, used: 2, nonce: nonce() },
    { ...first, used: 1, nonce: nonce() },
    { ...first, used: 2.5, nonce: nonce() },
    { ...first, used: 3, version: 2, nonce: nonce() },
  ];
  for (const release of wrong) t.throws(() => ledger.viewReleased(release, T), { instanceOf: ReleaseMismatchError });
  t.throws(() => ledger.viewReleased({ ...first, grantId: new Uint8Array(16) }, T), { instanceOf: UnknownGrantError });
  t.throws(() => ledger.viewOwn({ grantId: witnessed.grantId, ledgerSequence: 0 }, T), { instanceOf: GrantModeError });
  t.is(ledger.sequence, before);
});

test('M5: a view that a crash has cost is counted when the cloud tells of it', (t) => {
  const ledger = ledgerWith(witnessed);
  ledger.viewReleased({ grantId: witnessed.grantId, version: 1, used: 3, nonce: nonce() }, T);
  t.is(accountUsed(ledger.account(witnessed.grantId)!), 3);
  t.is(ledger.count(witnessed.grantId, 2, T), undefined);
  t.is(ledger.count(witnessed.grantId, 4, T)?.account.used, 4);
});

test('M5: a count that comes before the release it belongs to costs no view, and gives none', (t) => {
  const ledger = ledgerWith(witnessed);
  const { grantId } = witnessed;
  ledger.viewReleased({ grantId, version: 1, used: 1, nonce: nonce() }, T);
  ledger.count(grantId, 3, T);
  const { account } = ledger.viewReleased({ grantId, version: 1, used: 2, nonce: nonce() }, T);
  t.is(account.used, 3, 'the third is still on its way, or lost');
  ledger.viewReleased({ grantId, version: 1, used: 3, nonce: nonce() }, T);
  for (const used of [1, 2, 3]) {
    const again = { grantId, version: 1, used, nonce: nonce() };
    t.throws(() => ledger.viewReleased(again, T), { instanceOf: ReleaseMismatchError });
  }
});

test('M5 N10: a view that was counted before newer rights were known here is spent under those, as far as they reach', async (t) => {
  const { grantId } = witnessed;
  const more = (await world.issue({ version: 2, allowed: 7 })).grant;
  const ledger = ledgerWith(witnessed);
  ledger.accept(more, 0, T);
  const { account } = ledger.viewReleased({ grantId, version: 1, used: 1, nonce: nonce() }, T);
  t.is(account.version, 2);
  t.is(accountLeft(account), 6);
  t.is(accountLeft(ledger.viewReleased({ grantId, version: 2, used: 2, nonce: nonce() }, T).account), 5);

  const fewer = (await world.issue({ version: 3, allowed: 2 })).grant;
  ledger.accept(fewer, 0, T);
  const late = { grantId, version: 2, used: 3, nonce: nonce() };
  t.throws(() => ledger.viewReleased(late, T), { instanceOf: NoViewsLeftError });
});

test('offline(n): views taken in advance are spent without the cloud, and no more than n', (t) => {
  const ledger = ledgerWith(offline);
  const { grantId } = offline;
  const reserved = { grantId, version: 1, used: 3, views: 3, nonce: nonce(), deviceKey };
  t.throws(() => ledger.reserve({ ...reserved, used: 4, views: 4 }, T), { instanceOf: ReleaseMismatchError });
  t.throws(() => ledger.reserve({ ...reserved, used: 2 }, T), { instanceOf: ReleaseMismatchError });
  const { account } = ledger.reserve(reserved, T);
  t.is(accountUsed(account), 0);
  t.is(accountLeft(account), 5);
  t.throws(() => ledger.reserve({ ...reserved, used: 4, views: 1, nonce: nonce() }, T), {
    instanceOf: ReleaseMismatchError,
  });
  const view = { grantId, ledgerSequence: 0 };
  for (const left of [4, 3, 2]) t.is(accountLeft(ledger.viewOwn(view, T).account), left);
  t.throws(() => ledger.viewOwn(view, T), { instanceOf: NoViewsLeftError });
  t.true(
    ledger.account(grantId)?.deviceKey.every((byte) => byte === 0),
    'the key goes with the last view',
  );
  ledger.reserve({ ...reserved, used: 5, views: 2, nonce: nonce() }, T);
  t.is(accountLeft(ledger.account(grantId)!), 2);
  t.throws(() => ledger.reserve({ ...reserved, used: 6, views: 1, nonce: nonce() }, T), {
    instanceOf: NoViewsLeftError,
  });
});

test('offline(n): past its expiry, with the clock set back or beside an old ledger, nothing is shown', (t) => {
  const ledger = ledgerWith(offline);
  const { grantId } = offline;
  ledger.reserve({ grantId, version: 1, used: 3, views: 3, nonce: nonce(), deviceKey }, T + 10);
  t.throws(() => ledger.viewOwn({ grantId, ledgerSequence: 0 }, T + 9), { instanceOf: ClockWentBackError });
  t.throws(() => ledger.viewOwn({ grantId, ledgerSequence: 3 }, T + 10), { instanceOf: LedgerRolledBackError });
  t.throws(() => ledger.viewOwn({ grantId, ledgerSequence: 2 }, offline.expiresAt), { instanceOf: GrantExpiredError });
  t.notThrows(() => ledger.viewOwn({ grantId, ledgerSequence: 2 }, T + 10));
});

test('M6 offline(n): a newer grant keeps what it covers of the views in advance, and gives none back', async (t) => {
  const { grantId } = offline;
  const cases = [
    { terms: { ...offlineTerms, allowed: 8 }, advance: 2, left: 7 },
    { terms: { ...offlineTerms, allowed: 3 }, advance: 2, left: 2 },
    { terms: { ...offlineTerms, allowed: 2 }, advance: 1, left: 1 },
    { terms: { ...offlineTerms, allowed: 0 }, advance: 0, left: 0 },
    { terms: { allowed: 5 }, advance: 2, left: 4 },
    { terms: { allowed: 2 }, advance: 1, left: 1 },
    { terms: { allowed: 0 }, advance: 0, left: 0 },
    { terms: { mode: 'trusting' as const, allowed: 5 }, advance: 2, left: 4 },
  ];
  for (const { terms, advance, left } of cases) {
    const ledger = ledgerWith(offline);
    ledger.reserve({ grantId, version: 1, used: 3, views: 3, nonce: nonce(), deviceKey }, T);
    ledger.viewOwn({ grantId, ledgerSequence: 0 }, T);
    ledger.accept((await world.issue({ ...terms, version: 2 })).grant, 0, T);
    const account = ledger.account(grantId)!;
    t.is(account.offlineLeft, advance);
    t.is(account.used, 3);
    t.is(accountLeft(account), left);
    t.is(
      account.deviceKey.every((byte) => byte === 0),
      advance === 0,
    );
  }
});

for (const mode of ['witnessed', 'trusting'] as const) {
  test(`M6 offline(n): views held when the mode becomes ${mode} are shown first, without the cloud, until their time is over`, async (t) => {
    const { grantId } = offline;
    const next = (await world.issue({ mode, version: 2 })).grant;
    const switched = (): Ledger => {
      const ledger = ledgerWith(offline);
      ledger.reserve({ grantId, version: 1, used: 3, views: 3, nonce: nonce(), deviceKey }, T);
      ledger.accept(next, 3, T);
      return ledger;
    };
    const spent = switched();
    const view = { grantId, ledgerSequence: 0 };
    for (const left of [4, 3, 2]) {
      t.deepEqual(spent.account(grantId)!.deviceKey, deviceKey);
      t.is(accountLeft(spent.viewOwn(view, T).account), left);
    }
    t.is(spent.account(grantId)!.used, 3, 'they were counted when they were taken');
    if (mode === 'witnessed') {
      t.throws(() => spent.viewOwn(view, T), { instanceOf: GrantModeError });
      const release = { grantId, version: 2, used: 4, nonce: nonce() };
      t.is(accountLeft(spent.viewReleased(release, T).account), 1);
    } else t.is(accountLeft(spent.viewOwn(view, T).account), 1);

    const late = switched();
    const copy = Ledger.read(suite, late.compact().bytes).ledger;
    for (const ledger of [late, copy]) {
      t.throws(() => ledger.viewOwn(view, offline.expiresAt), { instanceOf: GrantExpiredError });
      const account = ledger.accept(next, 3, offline.expiresAt)!.account;
      t.is(accountLeft(account), 2, 'they are gone, and stay counted');
      t.true(account.deviceKey.every((byte) => byte === 0));
      t.is(ledger.accept(next, 3, offline.expiresAt), undefined);
    }

    const renewed = switched();
    const again = (await world.issue({ ...offlineTerms, expiresAt: offline.expiresAt + 1_000, version: 3 })).grant;
    renewed.accept(again, 3, T);
    t.is(accountLeft(renewed.viewOwn(view, offline.expiresAt).account), 4, 'a new time for all that is held');
  });
}

test('trusting: the ledger counts alone; the cloud has no say', (t) => {
  const ledger = ledgerWith(trusting, 3);
  const { grantId } = trusting;
  const view = { grantId, ledgerSequence: 0 };
  t.is(accountLeft(ledger.viewOwn(view, T).account), 1);
  t.is(accountLeft(ledger.viewOwn(view, T).account), 0);
  t.throws(() => ledger.viewOwn(view, T), { instanceOf: NoViewsLeftError });
  const release = { grantId, version: 1, used: 6, nonce: nonce() };
  t.throws(() => ledger.viewReleased(release, T), { instanceOf: GrantModeError });
  t.throws(() => ledger.reserve({ ...release, views: 1, deviceKey }, T), { instanceOf: GrantModeError });
});

test('N10 M6: grants are taken over once, in whatever order; older ones and repeats write nothing', async (t) => {
  const second = (await world.issue({ version: 2, allowed: 0 })).grant;
  const third = (await world.issue({ version: 3, allowed: 9 })).grant;
  const ledger = ledgerWith(third);
  for (const grant of [witnessed, second, third]) t.is(ledger.accept(grant, 0, T), undefined);
  t.is(accountLeft(ledger.account(third.grantId)!), 9);
  const twin = (await world.issue({ version: 3, allowed: 99 })).grant;
  t.throws(() => ledger.accept(twin, 0, T), { instanceOf: GrantConflictError });
  t.is(ledger.accept(third, 4, T)?.account.used, 4, 'a higher count is worth a record');
});

test('a revoked grant leaves no views, whatever was used', async (t) => {
  const ledger = ledgerWith(witnessed, 2);
  ledger.accept((await world.issue({ version: 2, allowed: 0 })).grant, 0, T);
  t.is(accountLeft(ledger.account(witnessed.grantId)!), 0);
  const release = { grantId: witnessed.grantId, version: 2, used: 3, nonce: nonce() };
  t.throws(() => ledger.viewReleased(release, T), { instanceOf: NoViewsLeftError });
});

test('compaction keeps the state, the highest time and the rising sequence, in one record per account', (t) => {
  const ledger = ledgerWith(witnessed);
  for (let used = 1; used <= 4; used++) {
    ledger.viewReleased({ grantId: witnessed.grantId, version: 1, used, nonce: nonce() }, T + 100 - used);
  }
  const compacted = ledger.compact();
  t.is(compacted.bytes.length, 2 * RECORD_BYTES);
  const { ledger: read, torn } = Ledger.read(suite, compacted.bytes);
  t.is(torn, 0);
  for (const copy of [compacted.ledger, read]) {
    t.deepEqual(copy.accounts(), ledger.accounts());
    t.is(copy.highestTime, ledger.highestTime);
    t.is(copy.sequence, ledger.sequence + 2);
  }
  const again = compacted.ledger.compact();
  t.deepEqual(Ledger.read(suite, again.bytes).ledger.accounts(), ledger.accounts());
});

test('golden: the ledger of a fixed seed never changes', async (t) => {
  const fixed = makeWorld('golden ledger');
  const { grant } = await fixed.issue(offlineTerms);
  const { ledger, bytes } = Ledger.start(fixed.suite, T);
  const { grantId } = grant;
  const whole = concatBytes(
    bytes,
    ledger.accept(grant, 1, T)!.bytes,
    ledger.reserve({ grantId, version: 1, used: 4, views: 3, nonce: new Uint8Array(32).fill(7), deviceKey }, T + 1)
      .bytes,
    ledger.viewOwn({ grantId, ledgerSequence: 2 }, T + 2).bytes,
    ledger.count(grantId, 5, T + 3)!.bytes,
    ledger.compact().bytes,
  );
  t.is(toHex(bytes.subarray(224)), 'c45a21ae222863d6be282719d2d6e4ab2f2333da67f0a9f7a8565c7ca34eb035');
  t.is(toHex(suite.sha256(whole)), '4a3c71987ecb203f627e10ae9fec43e1cd9da637e39ffccd4ca3c0b87eac6031');
});
