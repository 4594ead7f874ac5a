import test from 'ava';
import { type Contestant, type PolicyResult, runPolicy } from '../bench/policies.ts';

const run = (contender: Contestant, speeds: readonly number[] = [1, 1, 1]): PolicyResult =>
  runPolicy({ contender, seed: 1, requests: 12_000, utilization: 0.7, serviceMs: 26.7, speeds, loss: 0.01 });

test('E3 P1 at 70 % load least-outstanding is within 1.3 of an oracle and three times better than least-load', (t) => {
  const [oracle, ours, roundRobin, leastLoad] = (
    ['oracle', 'least-outstanding', 'round-robin', 'least-load'] as const
  ).map((c) => run(c));
  t.log(
    `mean: oracle ${oracle!.meanMs.toFixed(0)}, ours ${ours!.meanMs.toFixed(0)}, round-robin ${roundRobin!.meanMs.toFixed(0)}, least-load ${leastLoad!.meanMs.toFixed(0)} ms`,
  );
  t.true(ours!.meanMs <= 1.3 * oracle!.meanMs);
  t.true(ours!.meanMs <= leastLoad!.meanMs / 3);
  t.true(ours!.meanMs < roundRobin!.meanMs);
});

test('E3 P1 the lagging load average herds: whole seconds of requests go to one server, and its queue explodes', (t) => {
  const [ours, leastLoad] = [run('least-outstanding'), run('least-load')];
  t.true(leastLoad.worstShare > 0.95);
  t.true(ours.worstShare < 0.7);
  t.true(leastLoad.longestQueue > 10 * ours.longestQueue);
});

test('E3 a server of half the speed gets half the work; round-robin drowns it', (t) => {
  const [oracle, ours, roundRobin] = (['oracle', 'least-outstanding', 'round-robin'] as const).map((c) =>
    run(c, [1, 1, 0.5]),
  );
  t.true(ours!.meanMs <= 1.3 * oracle!.meanMs);
  t.true(roundRobin!.meanMs > 10 * ours!.meanMs);
});
