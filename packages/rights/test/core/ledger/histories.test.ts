import test from 'ava';
import fc from 'fast-check';
import {
  accountLeft,
  decreaseAllowed,
  increaseAllowed,
  Ledger,
  REVOKED,
  type SignedGrant,
} from '../../../src/index.ts';
import { ISSUED_AT, makeWorld } from '../../fixtures.ts';

const NOW = ISSUED_AT + 1000;
const HISTORIES = 10_000;
const world = makeWorld('histories');

/** An owner's changes, each signed as the next version; the viewer has used nothing that the owner knows of. */
const allowed: number[] = [5];
for (const change of [3, -4, 10, 'revoke', 2, -1, 65_000] as const) {
  const now = { allowed: allowed.at(-1)!, used: 0 };
  allowed.push(
    change === 'revoke' ? REVOKED : change > 0 ? increaseAllowed(now, change) : decreaseAllowed(now, -change),
  );
}
const versions: readonly SignedGrant[] = await Promise.all(
  allowed.map(async (views, i) => (await world.issue({ version: i + 1, allowed: views })).grant),
);
const { grantId } = versions[0]!;

const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ arrives: fc.nat({ max: versions.length - 1 }) }) },
  { weight: 1, arbitrary: fc.constant('view' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

test('M6 N9 N10: in 10,000 histories of changes that are lost, doubled and reordered, the highest version wins', (t) => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 25 }), (events) => {
      let { ledger, bytes } = Ledger.start(world.suite, NOW);
      let used = 0;
      let highest = 0;
      let nonces = 0;
      for (const happened of events) {
        if (happened === 'restart') {
          ({ ledger, bytes } = Ledger.read(world.suite, bytes).ledger.compact());
        } else if (happened === 'view') {
          const account = ledger.account(grantId);
          if (account === undefined || accountLeft(account) === 0) continue;
          const release = { grantId, version: account.version, used: ++used, nonce: new Uint8Array(32).fill(++nonces) };
          bytes = Buffer.concat([bytes, ledger.viewReleased(release, NOW).bytes]);
        } else {
          const grant = versions[happened.arrives]!;
          highest = Math.max(highest, grant.version);
          const entry = ledger.accept(grant, 0, NOW);
          if (entry !== undefined) bytes = Buffer.concat([bytes, entry.bytes]);
        }
      }
      const account = ledger.account(grantId);
      if (account?.version !== (highest || undefined)) return false;
      return (
        account === undefined ||
        (account.used === used && accountLeft(account) === Math.max(0, allowed[highest - 1]! - used))
      );
    }),
    { numRuns: HISTORIES },
  );
  t.pass();
});
