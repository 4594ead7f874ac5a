import test from 'ava';
import fc from 'fast-check';
import { FairBudget } from '../../src/core/fair-budget.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';

const MESSAGE = DEFAULT_LIMITS.maxMessageBytes;

test('N4 as many sessions as there may be, each as greedy as it can, hold no more than all may hold together', (t) => {
  const holders = DEFAULT_LIMITS.maxSessions;
  const total = DEFAULT_LIMITS.maxMessageMemoryBytes;
  const each = DEFAULT_LIMITS.maxMessageMemoryBytesPerSession;
  for (const bytes of [64, 1_000, MESSAGE]) {
    const budget = new FairBudget({ total, each, wanted: 2 * MESSAGE, holders });
    const held = new Float64Array(holders);
    for (let i = 0; i < holders; i++) while (budget.take(held[i]!, bytes)) held[i] = held[i]! + bytes;
    t.true(budget.used <= total, `${budget.used}`);
    t.true(held[0]! > each - bytes, 'while there is plenty, a session gets all that it may have');
    t.true(held[holders - 1]! + bytes > budget.assured, 'the last one gets what is assured');
  }
});

test('N4 whatever is taken and given back: never more than the total, never less than what is assured', (t) => {
  const holders = 6;
  const limits = fc.record({ total: fc.integer({ min: 60, max: 5_000 }), wanted: fc.integer({ min: 1, max: 900 }) });
  const step = fc.record({ who: fc.nat(holders - 1), bytes: fc.integer({ min: 1, max: 800 }), give: fc.boolean() });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 200 }), ({ total, wanted }, steps) => {
      const budget = new FairBudget({ total, each: total, wanted, holders });
      const held = new Array<number>(holders).fill(0);
      for (const { who, bytes, give } of steps) {
        const before = held[who]!;
        if (give) {
          const back = Math.min(before, bytes);
          budget.give(before, back);
          held[who] = before - back;
        } else {
          const taken = budget.take(before, bytes);
          if (before + bytes <= budget.assured && !taken) return false;
          if (taken) held[who] = before + bytes;
        }
        const sum = held.reduce((a, b) => a + b, 0);
        if (budget.used !== sum || sum > total) return false;
      }
      for (const [who, bytes] of held.entries()) {
        budget.give(bytes, bytes);
        held[who] = 0;
      }
      // Nothing has leaked: the first one gets as much as at the beginning.
      return budget.used === 0 && budget.allows(0, Math.floor(total / 8 / 2));
    }),
    { seed: 20_261_126, numRuns: 500 },
  );
  t.pass();
});
