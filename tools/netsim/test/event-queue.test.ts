import test from 'ava';
import fc from 'fast-check';
import { EventQueue } from '../src/index.ts';

test('events come by time, and at one time in the order in which they were pushed', (t) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(20), fc.constant('pop' as const)), { maxLength: 400 }), (actions) => {
      const queue = new EventQueue(2);
      const model: { time: number; order: number }[] = [];
      let order = 0;
      let floor = 0;
      for (const action of actions) {
        if (action === 'pop') {
          const expected = model.sort((a, b) => a.time - b.time || a.order - b.order).shift();
          if (queue.pop() !== (expected !== undefined)) return false;
          if (expected && (queue.time !== expected.time || queue.payload !== expected.order)) return false;
          if (expected) floor = expected.time;
        } else {
          queue.push(floor + action, 1, 2, 3, 4, order);
          model.push({ time: floor + action, order: order++ });
        }
      }
      return queue.size === model.length;
    }),
  );
  t.pass();
});

test('fields come back as they went in', (t) => {
  const queue = new EventQueue();
  t.is(queue.nextTime(), Number.POSITIVE_INFINITY);
  queue.push(1.5, 2, 3, -1, 5, 'payload');
  t.is(queue.nextTime(), 1.5);
  t.true(queue.pop());
  t.deepEqual(
    [queue.time, queue.kind, queue.node, queue.from, queue.life, queue.payload],
    [1.5, 2, 3, -1, 5, 'payload'],
  );
  t.false(queue.pop());
});
