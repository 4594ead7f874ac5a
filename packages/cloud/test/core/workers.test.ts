import test from 'ava';
import fc from 'fast-check';
import { Workers } from '../../src/core/runs/workers.ts';

/** Somebody at an address of its own, unless another one is named. */
const at = (clientKey: string, network = clientKey) => ({ clientKey, network });

test('S5 past the cap requests queue, a free worker takes the next, past the queue they are refused', (t) => {
  const workers = new Workers({ workers: 2, workersPerAddress: 2, workersPerClient: 2, queue: 1, queuePerClient: 1 });
  t.is(workers.take('1', at('a')), 'granted');
  t.is(workers.take('2', at('b')), 'granted');
  t.is(workers.take('3', at('a')), 'queued');
  t.deepEqual(workers.take('4', at('b')), { full: 'server' });
  t.deepEqual(workers.release('1'), ['3']);
  t.is(workers.take('4', at('b')), 'queued');
  t.deepEqual(workers.release('4'), [], 'who waits and gives up frees no worker');
  t.is(workers.waiting, 0);
  t.is(workers.busy, 2);
});

test('S5 a client past its share waits, and others pass it', (t) => {
  const workers = new Workers({ workers: 3, workersPerAddress: 3, workersPerClient: 1, queue: 9, queuePerClient: 2 });
  t.is(workers.take('1', at('greedy')), 'granted');
  t.is(workers.take('2', at('greedy')), 'queued');
  t.is(workers.take('4', at('greedy')), 'queued');
  t.deepEqual(workers.take('5', at('greedy')), { full: 'client' }, 'nor does it fill the queue');
  t.is(workers.take('3', at('modest')), 'granted');
  t.deepEqual(workers.release('3'), []);
  t.deepEqual(workers.release('1'), ['2']);
});

test('S5 N4 an address past its share waits, with however many keys it comes, and others pass it', (t) => {
  const workers = new Workers({ workers: 4, workersPerAddress: 2, workersPerClient: 2, queue: 4, queuePerClient: 4 });
  t.is(workers.take('1', at('k1', 'x')), 'granted');
  t.is(workers.take('2', at('k2', 'x')), 'granted');
  t.is(workers.take('3', at('k3', 'x')), 'queued');
  t.is(workers.take('4', at('k4', 'x')), 'queued', 'half of the workers, half of the queue');
  t.deepEqual(workers.take('5', at('k5', 'x')), { full: 'address' });
  t.is(workers.take('6', at('modest')), 'granted');
  t.is(workers.take('7', at('other')), 'granted');
  t.is(workers.take('8', at('third')), 'queued');
  t.deepEqual(workers.release('6'), ['8'], 'whose address has none goes before older wishes of one that has two');
  t.deepEqual(workers.release('1'), ['3']);
});

test('S5 who has no worker goes before the long queue of one who has', (t) => {
  const workers = new Workers({ workers: 2, workersPerAddress: 2, workersPerClient: 2, queue: 9, queuePerClient: 9 });
  for (const id of ['1', '2', '3', '4']) workers.take(id, at('greedy', 'x'));
  t.is(workers.take('5', at('modest', 'x')), 'queued');
  t.deepEqual(workers.release('1'), ['5']);
  t.deepEqual(workers.release('5'), ['3']);
});

test('S4 S5 N4 whatever is taken and given back, the caps hold and nobody is forgotten', (t) => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    clientKey: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  const networkOfClient = (clientKey: string): string => (clientKey < 'c' ? 'x' : 'y');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const workers = new Workers({
        workers: 4,
        workersPerAddress: 3,
        workersPerClient: 2,
        queue: 4,
        queuePerClient: 3,
      });
      const busy = new Map<string, string>();
      const waiting = new Map<string, string>();
      const release = (id: string): void => {
        for (const granted of workers.release(id)) {
          busy.set(granted, waiting.get(granted)!);
          waiting.delete(granted);
        }
        busy.delete(id);
        waiting.delete(id);
      };
      for (const { id: number, clientKey } of steps) {
        const id = String(number);
        if (busy.has(id) || waiting.has(id)) release(id);
        else {
          const admission = workers.take(id, { clientKey, network: networkOfClient(clientKey) });
          if (admission === 'granted') busy.set(id, clientKey);
          if (admission === 'queued') waiting.set(id, clientKey);
        }
        t.is(workers.busy, busy.size);
        t.is(workers.waiting, waiting.size);
        const count = (held: ReadonlyMap<string, string>, of: (key: string) => boolean): number =>
          [...held.values()].filter(of).length;
        for (const key of ['a', 'b', 'c', 'd']) t.true(count(busy, (other) => other === key) <= 2);
        for (const network of ['x', 'y']) {
          t.true(count(busy, (key) => networkOfClient(key) === network) <= 3);
          t.true(count(waiting, (key) => networkOfClient(key) === network) <= 3);
        }
        t.true(busy.size <= 4 && waiting.size <= 4);
      }
      for (const id of [...busy.keys(), ...waiting.keys()]) release(id);
      t.is(workers.busy + workers.waiting, 0);
    }),
  );
});
