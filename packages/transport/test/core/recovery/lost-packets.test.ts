import test from 'ava';
import fc from 'fast-check';
import { LostPackets } from '../../../src/core/recovery/lost-packets.ts';

test('T1 packets thought lost: ranges are found, each number once, as in a set', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), gap: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('take' as const), first: fc.nat(600), length: fc.nat(40) }),
    fc.record({ kind: fc.constant('forget' as const), by: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const lost = new LostPackets();
      const model = new Set<number>();
      let newest = 0;
      let oldest = 0;
      for (const what of steps) {
        if (what.kind === 'add') {
          newest = Math.max(newest, oldest) + what.gap;
          lost.add(newest);
          model.add(newest);
        } else if (what.kind === 'take') {
          const { first, length } = what;
          const expected = [...model].filter((n) => n >= first && n <= first + length);
          t.deepEqual(lost.take(first, first + length), expected);
          for (const n of expected) model.delete(n);
        } else {
          oldest += what.by;
          lost.forgetBelow(oldest);
          for (const n of model) if (n < oldest) model.delete(n);
        }
        t.is(lost.size, model.size);
      }
    }),
    { numRuns: 300 },
  );
});
