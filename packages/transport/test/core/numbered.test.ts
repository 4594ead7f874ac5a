import test from 'ava';
import fc from 'fast-check';
import { Numbered } from '../../src/core/numbered.ts';

test('T1 items under numbers are found, taken out in any order, and counted as a Map would', (t) => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ take: fc.nat(60) }),
    fc.constant({ all: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const numbered = new Numbered<{ readonly number: number }>();
      const map = new Map<number, { readonly number: number }>();
      let highest = 0;
      for (const one of steps) {
        if ('add' in one) {
          highest += one.add;
          const item = { number: highest };
          numbered.add(highest, item);
          map.set(highest, item);
        } else if ('take' in one) {
          const number = highest - one.take;
          t.is(numbered.get(number), map.get(number));
          t.is(numbered.take(number), map.get(number));
          map.delete(number);
          t.is(numbered.take(number), undefined);
        } else {
          t.deepEqual(numbered.takeAll(), [...map.values()]);
          map.clear();
        }
        t.is(numbered.size, map.size);
        for (const [number, item] of map) t.is(numbered.get(number), item);
      }
    }),
    { numRuns: 300 },
  );
});

test('T1 the room for many is given back when nothing is left', (t) => {
  const numbered = new Numbered<number>();
  t.is(numbered.capacity, 8);
  for (const empty of [() => numbered.takeAll(), () => Array.from({ length: 10_000 }, (_, i) => numbered.take(i))]) {
    for (let i = 0; i < 10_000; i++) numbered.add(i, i);
    t.is(numbered.capacity, 16_384);
    empty();
    t.is(numbered.size, 0);
    t.true(numbered.capacity <= 64, `${numbered.capacity}`);
  }
});
