import test from 'ava';
import fc from 'fast-check';
import {
  allowedToLeave,
  decreaseAllowed,
  increaseAllowed,
  REVOKED,
  ViewsLimitError,
  ViewsRangeError,
  viewsLeft,
} from '../../src/index.ts';

const counts = fc
  .record({ used: fc.integer({ min: 0, max: 1_000_000 }), left: fc.integer({ min: -1000, max: 65_535 }) })
  .map(({ used, left }) => ({ used, allowed: Math.max(0, used + left) }));
const views = fc.integer({ min: 1, max: 65_535 });

test('U5 U6 U7 U8: 5 views spent, 10 more, 3 more, 4 fewer', (t) => {
  let allowed = increaseAllowed({ allowed: 0, used: 0 }, 5);
  t.is(viewsLeft({ allowed, used: 5 }), 0);
  allowed = increaseAllowed({ allowed, used: 5 }, 10);
  t.is(viewsLeft({ allowed, used: 5 }), 10);
  allowed = increaseAllowed({ allowed, used: 5 }, 3);
  t.is(viewsLeft({ allowed, used: 5 }), 13);
  allowed = decreaseAllowed({ allowed, used: 5 }, 4);
  t.is(viewsLeft({ allowed, used: 5 }), 9);
});

test('M6: +k gives exactly k more than were left, or the limit is named', (t) => {
  fc.assert(
    fc.property(counts, views, (now, k) => {
      const left = viewsLeft(now);
      if (left + k > 65_535) {
        t.throws(() => increaseAllowed(now, k), { instanceOf: ViewsLimitError });
      } else {
        t.is(viewsLeft({ ...now, allowed: increaseAllowed(now, k) }), left + k);
      }
    }),
  );
});

test('M6: −k takes k, never more than are left, and never gives any', (t) => {
  fc.assert(
    fc.property(counts, views, (now, k) => {
      const after = viewsLeft({ ...now, allowed: decreaseAllowed(now, k) });
      t.is(after, Math.max(0, viewsLeft(now) - k));
      t.true(decreaseAllowed(now, k) >= now.used, 'never below what has been used');
    }),
  );
});

test('M6: setting leaves exactly so many; revoking leaves none, however often it is followed by −k', (t) => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 65_535 }), views, (now, left, k) => {
      t.is(viewsLeft({ ...now, allowed: allowedToLeave(now, left) }), left);
      const revoked = { ...now, allowed: REVOKED };
      t.is(viewsLeft(revoked), 0);
      t.is(viewsLeft({ ...now, allowed: decreaseAllowed(revoked, k) }), 0);
      t.is(viewsLeft({ ...now, allowed: increaseAllowed(revoked, k) }), k);
    }),
  );
});

test('N10: 0, −1, 65,536, fractions and words are no number of views, and nothing wraps', (t) => {
  const now = { allowed: 5, used: 2 };
  for (const k of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 'abc' as unknown as number]) {
    t.throws(() => increaseAllowed(now, k), { instanceOf: ViewsRangeError });
    t.throws(() => decreaseAllowed(now, k), { instanceOf: ViewsRangeError });
    if (k !== 0) t.throws(() => allowedToLeave(now, k), { instanceOf: ViewsRangeError });
  }
  t.throws(() => increaseAllowed({ allowed: -1, used: 0 }, 1), { instanceOf: ViewsRangeError });
  t.throws(() => increaseAllowed({ allowed: 0, used: 2 ** 32 }, 1), { instanceOf: ViewsRangeError });
  const nearlyFull = { allowed: 2 ** 32 - 2, used: 2 ** 32 - 2 };
  t.is(increaseAllowed(nearlyFull, 1), 2 ** 32 - 1);
  t.throws(() => increaseAllowed(nearlyFull, 2), { instanceOf: ViewsLimitError });
  t.throws(() => allowedToLeave(nearlyFull, 2), { instanceOf: ViewsLimitError });
});
