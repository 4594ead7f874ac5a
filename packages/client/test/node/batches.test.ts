import test from 'ava';
import { Batches } from '../../src/node/batches.ts';

test('C2 P1: what waits while a batch is written goes together into the next, in order, and fails together', async (t) => {
  const written: (readonly number[])[] = [];
  const steps: PromiseWithResolvers<void>[] = [];
  const batches = new Batches<number>(async (items) => {
    written.push(items);
    const step = Promise.withResolvers<void>();
    steps.push(step);
    await step.promise;
  }, 3);
  const first = [batches.add(1), batches.add(2)];
  await Promise.resolve();
  t.deepEqual(written, [[1, 2]], 'of one turn');
  const later = [3, 4, 5, 6].map((item) => batches.add(item));
  steps[0]!.resolve();
  await Promise.all(first);
  t.deepEqual(
    written,
    [
      [1, 2],
      [3, 4, 5],
    ],
    'no more than three',
  );
  steps[1]!.reject(new Error('full'));
  for (const each of later.slice(0, 3)) await t.throwsAsync(each, { message: 'full' });
  t.deepEqual(written.at(-1), [6]);
  steps[2]!.resolve();
  await later[3];
  await batches.idle();
});

test('C2 a task has its turn between two batches, and what it throws is its own', async (t) => {
  const order: string[] = [];
  const batches = new Batches<string>(async (items) => {
    await Promise.resolve();
    order.push(items.join());
  }, 9);
  const first = batches.add('a');
  const task = batches.between(async () => {
    order.push('task begins');
    await Promise.resolve();
    order.push('task ends');
    return 5;
  });
  const failing = batches.between(() => Promise.reject(new Error('mine')));
  const second = batches.add('b');
  t.is(await task, 5);
  await t.throwsAsync(failing, { message: 'mine' });
  await Promise.all([first, second]);
  t.is(order.indexOf('task ends'), order.indexOf('task begins') + 1);
  t.deepEqual(order.filter((step) => !step.startsWith('task')).join(), 'a,b');
});
