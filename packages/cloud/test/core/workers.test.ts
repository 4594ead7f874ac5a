import test from 'ava';
import fc from 'fast-check';
import { Workers } from '../../src/core/runs/workers.ts';

test('S5 past the cap requests queue, a free worker takes the next, past the queue they are refused', (t) => {
  const workers = new Workers({ workers: 2, workersPerClient: 2, queue: 1, queuePerClient: 1 });
  t.is(workers.take('1', 'a'), 'granted');
  t.is(workers.take('2', 'b'), 'granted');
  t.is(workers.take('3', 'a'), 'queued');
  t.is(workers.take('4', 'b'), 'full');
  t.deepEqual(workers.release('1'), ['3']);
  t.is(workers.take('4', 'b'), 'queued');
  t.deepEqual(workers.release('4'), [], 'who waits and gives up frees no worker');
  t.is(workers.waiting, 0);
  t.is(workers.busy, 2);
});

test('S5 a client past its share waits, and others pass it', (t) => {
  const workers = new Workers({ workers: 3, workersPerClient: 1, queue: 9, queuePerClient: 2 });
  t.is(workers.take('1', 'greedy'), 'granted');
  t.is(workers.take('2', 'greedy'), 'queued');
  t.is(workers.take('4', 'greedy'), 'queued');
  t.is(workers.take('5', 'greedy'), 'full', 'nor does it fill the queue');
  t.is(workers.take('3', 'modest'), 'granted');
  t.deepEqual(workers.release('3'), []);
  t.deepEqual(workers.release('1'), ['2']);
});

test('S5 who has no worker goes before the long queue of one who has', (t) => {
  const workers = new Workers({ workers: 2, workersPerClient: 2, queue: 9, queuePerClient: 9 });
  for (const id of ['1', '2', '3', '4']) workers.take(id, 'greedy');
  t.is(workers.take('5', 'modest'), 'queued');
  t.deepEqual(workers.release('1'), ['5']);
  t.deepEqual(workers.release('5'), ['3']);
});

test('S4 S5 whatever is taken and given back, the caps hold and nobody is forgotten', (t) => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 30 }), client: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const workers = new Workers({ workers: 3, workersPerClient: 2, queue: 4, queuePerClient: 3 });
      const held = new Map<number, string>();
      for (const { id, client } of steps) {
        if (held.has(id)) {
          workers.release(String(id));
          held.delete(id);
        } else if (workers.take(String(id), client) !== 'full') held.set(id, client);
        t.true(workers.busy <= 3 && workers.waiting <= 4);
        t.is(workers.busy + workers.waiting, held.size);
      }
      for (const id of held.keys()) workers.release(String(id));
      t.is(workers.busy + workers.waiting, 0);
    }),
  );
});
