import { concatBytes } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import { encodeRecord } from '../../../src/core/ledger/record.ts';
import {
  accountLeft,
  accountUsed,
  Ledger,
  LedgerCorruptError,
  type LedgerEntry,
  LedgerFullError,
  MAX_LEDGER_RECORDS,
  RECORD_BYTES,
  RightsError,
} from '../../../src/index.ts';
import { bitFlips, ISSUED_AT, makeWorld } from '../../fixtures.ts';

const world = makeWorld('damage');
const { suite } = world;
const T = ISSUED_AT + 1000;
const { grant } = await world.issue();
const { grantId } = grant;

/** A ledger of eight records, and what it says after each of them. */
const { ledger, bytes: genesis } = Ledger.start(suite, T);
const states = [snapshot(ledger)];
const parts = [genesis];
const changes: readonly ((ledger: Ledger) => LedgerEntry | undefined)[] = [
  (l) => l.accept(grant, 0, T),
  ...[1, 2, 3, 4].map((used) => (l: Ledger) => {
    return l.viewReleased({ grantId, version: 1, used, nonce: new Uint8Array(32).fill(used) }, T + used);
  }),
  (l) => l.count(grantId, 5, T),
];
for (const change of changes) {
  parts.push(change(ledger)!.bytes);
  states.push(snapshot(ledger));
}
const whole = concatBytes(...parts);

function snapshot(of: Ledger): unknown {
  return { sequence: of.sequence, highestTime: of.highestTime, accounts: of.accounts() };
}

test('M5 N10: truncated at every byte, a ledger recovers to the last whole record', (t) => {
  for (let length = RECORD_BYTES; length <= whole.length; length++) {
    const reading = Ledger.read(suite, whole.subarray(0, length));
    const records = Math.floor(length / RECORD_BYTES);
    t.is(reading.torn, length % RECORD_BYTES);
    t.is(reading.ledger.records, records);
    if (length % 64 === 0) t.deepEqual(snapshot(reading.ledger), states[records - 1], `length ${length}`);
  }
  for (let length = 0; length < RECORD_BYTES; length++) {
    t.throws(() => Ledger.read(suite, whole.subarray(0, length)), { instanceOf: LedgerCorruptError });
  }
});

test('N10: any bit flipped is noticed; before the last record nothing is guessed', (t) => {
  const last = whole.length - RECORD_BYTES;
  for (const { bit, bytes } of bitFlips(whole)) {
    const at = bit >> 3;
    if (at >= last) {
      const reading = Ledger.read(suite, bytes);
      t.is(reading.torn, RECORD_BYTES);
      t.is(reading.ledger.records, states.length - 1);
    } else {
      const error = t.throws(() => Ledger.read(suite, bytes), { instanceOf: LedgerCorruptError }, `bit ${bit}`);
      t.is(error?.offset, at - (at % RECORD_BYTES));
    }
  }
});

test('N10: records left out, doubled, swapped or taken from another ledger are noticed', (t) => {
  const slot = (i: number): Uint8Array => whole.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES);
  const other = Ledger.start(suite, T);
  const foreign = other.ledger.accept(grant, 0, T)!.bytes;
  const wrong = [
    concatBytes(slot(0), slot(2), slot(3)),
    concatBytes(slot(0), slot(1), slot(1), slot(2)),
    concatBytes(slot(0), slot(2), slot(1), slot(3)),
    concatBytes(slot(0), foreign, slot(2)),
    concatBytes(slot(0), slot(0), slot(1)),
    concatBytes(slot(1), slot(2)),
    concatBytes(whole, slot(0), slot(0)),
    new Uint8Array(3 * RECORD_BYTES),
  ];
  for (const bytes of wrong) t.throws(() => Ledger.read(suite, bytes), { instanceOf: LedgerCorruptError });
});

test('N10: a whole chain that gives views back, or an older grant, is refused', (t) => {
  const { ledger: l, bytes } = Ledger.start(suite, T);
  const { bytes: second, sequence, head, account } = l.accept(grant, 3, T)!;
  const forgeries = [
    { sequence: sequence + 1, account: { ...account, used: 2 } },
    { sequence: sequence + 1, account: { ...account, version: 0 } },
    { sequence: sequence + 1, account: { ...account, offlineLeft: 4 } },
    { sequence: sequence + 1, account: { ...account, releasedTo: 4 } },
    { sequence: sequence + 2, account },
    { sequence, account },
  ];
  for (const forgery of forgeries) {
    const third = encodeRecord(suite, { kind: 'view', time: T, ...forgery }, head);
    const forged = concatBytes(bytes, second, third);
    const error = t.throws(() => Ledger.read(suite, forged), { instanceOf: LedgerCorruptError });
    t.is(error?.offset, 2 * RECORD_BYTES);
  }
  const honest = encodeRecord(suite, { kind: 'view', time: T, sequence: sequence + 1, account }, head);
  t.is(Ledger.read(suite, concatBytes(bytes, second, honest)).ledger.records, 3);
});

test('N4: a ledger that is too long is refused before it is read', (t) => {
  const huge = { length: MAX_LEDGER_RECORDS * RECORD_BYTES + 1 } as Uint8Array;
  t.throws(() => Ledger.read(suite, huge), { instanceOf: LedgerFullError });
});

test('N10 M4: in any history used never falls, at most the allowed views are shown, and replay agrees', async (t) => {
  const grants = await Promise.all(
    [5, 9, 0, 3, 20].map(async (allowed, i) => {
      const mode = i % 2 === 0 ? ({ mode: 'offline', offlineViews: 3, expiresAt: T + 10_000 } as const) : {};
      return (await world.issue({ version: i + 1, allowed, ...mode })).grant;
    }),
  );
  const step = fc.oneof(
    fc.record({ do: fc.constant('accept' as const), which: fc.nat({ max: 4 }), used: fc.nat({ max: 6 }) }),
    fc.record({ do: fc.constant('view' as const), ahead: fc.nat({ max: 2 }) }),
    fc.record({ do: fc.constant('reserve' as const), views: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('own' as const), time: fc.nat({ max: 11_000 }) }),
    fc.record({ do: fc.constant('compact' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let { ledger: l, bytes } = Ledger.start(suite, T);
      let shown = 0;
      let nonce = 0;
      for (const s of steps) {
        const before = l.account(grantId);
        const release = () => ({
          grantId,
          version: before?.version ?? 1,
          nonce: new Uint8Array(32).fill(++nonce % 256),
        });
        try {
          if (s.do === 'compact') {
            ({ ledger: l, bytes } = l.compact());
            continue;
          }
          const entry =
            s.do === 'accept'
              ? l.accept(grants[s.which]!, s.used, T)
              : s.do === 'view'
                ? l.viewReleased({ ...release(), used: (before?.used ?? 0) + s.ahead }, T)
                : s.do === 'reserve'
                  ? l.reserve(
                      {
                        ...release(),
                        used: (before?.used ?? 0) + s.views,
                        views: s.views,
                        deviceKey: new Uint8Array(80).fill(1),
                      },
                      T,
                    )
                  : l.viewOwn({ grantId, ledgerSequence: 0 }, T + s.time);
          if (entry === undefined) continue;
          bytes = concatBytes(bytes, entry.bytes);
          if (s.do === 'view' || s.do === 'own') {
            shown++;
            t.true(accountUsed(entry.account) <= Math.max(entry.account.allowed, entry.account.used));
            t.is(accountLeft(entry.account), accountLeft(before!) - (s.do === 'view' ? s.ahead : 1));
            if (s.do === 'view') t.true(entry.account.releasedTo > before!.releasedTo);
          }
          t.true(entry.account.used >= (before?.used ?? 0));
          t.true(entry.account.offlineLeft <= entry.account.used);
        } catch (error) {
          t.true(error instanceof RightsError, String(error));
          t.deepEqual(l.account(grantId), before, 'a refusal changes nothing');
        }
      }
      t.true(shown <= (l.account(grantId)?.used ?? 0), 'every view shown was counted');
      t.deepEqual(snapshot(Ledger.read(suite, bytes).ledger), snapshot(l));
    }),
    { numRuns: 300 },
  );
});
