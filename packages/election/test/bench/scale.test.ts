import test from 'ava';
import { runScale } from '../../bench/scale.ts';

const run = (servers: number, subset: number | undefined) =>
  runScale({ servers, clients: 500, subset, seed: 1, requests: 4_000, utilization: 0.7, serviceMs: 26.7 });

test('S1 E3 a client that asks five of twenty servers waits hardly longer than one that asks all, at a fifth of the messages', (t) => {
  const [all, five] = [run(20, undefined), run(20, 5)];
  t.log(
    `mean ${all.meanMs.toFixed(0)} and ${five.meanMs.toFixed(0)} ms; busiest ${all.busiest.toFixed(2)} and ${five.busiest.toFixed(2)}`,
  );
  t.is(all.copies + all.notices, 20 + 57);
  t.is(five.copies + five.notices, 5 + 12);
  t.true(five.meanMs < 2 * all.meanMs);
  t.true(five.busiest < 1.5);
});
