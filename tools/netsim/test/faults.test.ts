import test from 'ava';
import { type Fault, Random, randomFaults, replayCommand, type Scenario, shrinkFaults, sweep } from '../src/index.ts';

const profile = {
  nodes: 3,
  fromMs: 100,
  untilMs: 900,
  count: 50,
  maxMs: 200,
  weights: { crash: 2, pause: 1, partition: 1, link: 1 },
};

test('a random schedule keeps its profile and is in order of time', (t) => {
  const faults = randomFaults(new Random(1), profile);
  t.is(faults.length, 50);
  t.true(faults.every(({ at }, i) => at >= 100 && at < 900 && (i === 0 || at >= faults[i - 1]!.at)));
  t.deepEqual([...new Set(faults.map(({ kind }) => kind))].sort(), ['crash', 'link', 'partition', 'pause']);
  t.deepEqual(JSON.parse(JSON.stringify(faults)), faults);
});

test('shrinking finds the two faults that matter', (t) => {
  const faults = randomFaults(new Random(2), profile);
  const [first, second] = [faults[7]!, faults[31]!];
  const fails = (candidate: readonly Fault[]): boolean => candidate.includes(first) && candidate.includes(second);
  t.deepEqual(shrinkFaults(faults, fails), [first, second]);
});

test('a sweep counts, keeps failures with their command, and takes a thrown error for a failure', (t) => {
  const scenario: Scenario = {
    about: 'fails on multiples of 4, throws on multiples of 7',
    run: ({ seed }) => {
      if (seed % 7 === 0) throw new Error('seven');
      const violations = seed % 4 === 0 ? ['four'] : [];
      return { hash: 'h', violations, faults: [], virtualMs: 10, requests: 2 };
    },
  };
  const result = sweep('pkg/name', scenario, 1, 10);
  t.is(result.seeds, 10);
  t.is(result.virtualMs, 90);
  t.deepEqual(
    result.failures.map(({ seed }) => seed),
    [4, 7, 8],
  );
  t.is(result.failures[0]!.command, replayCommand('pkg/name', 4));
  t.is(sweep('pkg/name', scenario, 1, 100, 2).failures.length, 2);
});
