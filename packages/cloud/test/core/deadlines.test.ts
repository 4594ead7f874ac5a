import test from 'ava';
import fc from 'fast-check';
import { Deadline, Deadlines } from '../../src/core/deadlines.ts';

test('E5 a deadline that was moved or cleared is not taken', (t) => {
  const deadlines = new Deadlines<string>();
  const a = new Deadline('a');
  const b = new Deadline('b');
  deadlines.set(a, 10);
  deadlines.set(b, 5);
  deadlines.set(a, 3);
  deadlines.clear(b);
  t.is(deadlines.next(), 3);
  t.is(deadlines.takeDue(2), undefined);
  t.is(deadlines.takeDue(10), 'a');
  t.is(deadlines.takeDue(100), undefined);
  t.is(deadlines.next(), Number.POSITIVE_INFINITY);
});

test('E5 what moves to earlier times again and again, and what is cleared in masses, loses nothing of the rest', (t) => {
  const deadlines = new Deadlines<number>();
  const first = new Deadline(-1);
  deadlines.set(first, 0);
  const moving = Array.from({ length: 10 }, (_, key) => new Deadline(key));
  for (let step = 200; step > 0; step--) {
    for (const deadline of moving) deadlines.set(deadline, 10 * step + deadline.owner);
  }
  const many = Array.from({ length: 500 }, (_, key) => new Deadline(100 + key));
  for (const deadline of many) deadlines.set(deadline, 5_000);
  for (const deadline of many.slice(1)) deadlines.clear(deadline);
  const taken: (number | undefined)[] = [];
  for (let i = 0; i < 13; i++) taken.push(deadlines.takeDue(10_000));
  t.deepEqual(taken, [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, undefined]);
});

test('E5 deadlines come in order of time, whatever was set, moved and cleared before', (t) => {
  const change = fc.record({ key: fc.integer({ min: 0, max: 20 }), at: fc.option(fc.integer({ min: 0, max: 99 })) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
      const deadlines = new Deadlines<number>();
      const all = Array.from({ length: 21 }, (_, key) => new Deadline(key));
      const model = new Map<number, number>();
      for (const { key, at } of changes) {
        if (at === null) {
          deadlines.clear(all[key]!);
          model.delete(key);
        } else {
          deadlines.set(all[key]!, at);
          model.set(key, at);
        }
        t.is(deadlines.next(), Math.min(...model.values()));
      }
      const taken: number[] = [];
      for (let key = deadlines.takeDue(99); key !== undefined; key = deadlines.takeDue(99)) {
        taken.push(model.get(key) ?? -1);
        model.delete(key);
      }
      t.is(model.size, 0);
      t.deepEqual(
        taken,
        [...taken].sort((a, b) => a - b),
      );
    }),
  );
});
