import test from 'ava';
import fc from 'fast-check';
import { Fifo } from '../../src/core/fifo.ts';

test('T2 a ring that grows gives what an array gives, whatever is put in and taken out', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('push', 'unshift'), value: fc.nat() }),
    fc.record({ kind: fc.constantFrom('shift', 'clear', 'shift'), value: fc.nat() }),
    fc.record({ kind: fc.constant('remove'), value: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const ring = new Fifo<number>();
      const model: number[] = [];
      for (const { kind, value } of steps) {
        if (kind === 'push') {
          ring.push(value);
          model.push(value);
        } else if (kind === 'unshift') {
          ring.unshift(value);
          model.unshift(value);
        } else if (kind === 'shift') {
          t.is(ring.shift(), model.shift());
        } else if (kind === 'clear' && value % 10 === 0) {
          ring.clear();
          model.length = 0;
        } else if (kind === 'remove' && value < model.length) {
          ring.remove(value);
          model.splice(value, 1);
        }
        t.is(ring.length, model.length);
        t.is(ring.first, model[0]);
      }
      t.deepEqual(
        Array.from({ length: ring.length + 1 }, (_, i) => ring.at(i)),
        [...model, undefined],
      );
    }),
  );
});

test('T2 the room for many is given back when nothing is left', (t) => {
  const ring = new Fifo<number>();
  for (const empty of [() => ring.clear(), () => Array.from({ length: 10_000 }, () => ring.shift())]) {
    for (let i = 0; i < 10_000; i++) ring.push(i);
    t.is(ring.capacity, 16_384);
    empty();
    t.is(ring.length, 0);
    t.true(ring.capacity <= 64, `${ring.capacity}`);
    ring.unshift(1);
    t.is(ring.shift(), 1);
  }
});
