import test from 'ava';
import fc from 'fast-check';
import { TimerHeap } from '../../src/core/timer-heap.ts';

test('N4 the heap of time-outs agrees with a map: each item once, in order, never late', (t) => {
  const step = fc.record({
    kind: fc.constantFrom('set', 'set', 'delete', 'take'),
    item: fc.nat(20),
    at: fc.nat(1_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = new TimerHeap<number>();
      const expected = new Map<number, number>();
      for (const { kind, item, at } of steps) {
        if (kind === 'set') {
          heap.set(item, at);
          expected.set(item, Math.min(at, expected.get(item) ?? Number.POSITIVE_INFINITY));
        } else if (kind === 'delete') {
          heap.delete(item);
          expected.delete(item);
        } else {
          const taken = heap.take(at);
          if (taken !== undefined) t.is(expected.get(taken), Math.min(...expected.values()));
          else t.true([...expected.values()].every((due) => due > at));
          if (taken !== undefined) expected.delete(taken);
        }
        t.is(heap.size, expected.size);
        t.is(heap.next(), Math.min(Number.POSITIVE_INFINITY, ...expected.values()));
      }
    }),
  );
});

test('N4 a time-out that is moved a million times takes one place', (t) => {
  const heap = new TimerHeap<string>();
  for (let i = 0; i < 1_000_000; i++) {
    heap.set('session', 30_000 + i);
    heap.set('session', i);
    heap.take(i);
  }
  heap.set('session', 30_000);
  t.is(heap.size, 1);
});
