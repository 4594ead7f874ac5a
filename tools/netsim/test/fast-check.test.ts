import test from 'ava';
import fc from 'fast-check';
import { faultSchedules } from '../src/fast-check.ts';
import { Simulation } from '../src/index.ts';
import { pingAdapter } from './ping.ts';

const bounds = { nodes: 3, untilMs: 500, maxMs: 100, maxFaults: 6 };

test('schedules stay in their bounds and can all be run', (t) => {
  fc.assert(
    fc.property(faultSchedules(bounds), fc.nat(), (faults, seed) => {
      const simulation = new Simulation<string>({ seed });
      for (const name of ['a', 'b', 'c']) simulation.addNode(name, pingAdapter([0, 1, 2]));
      simulation.schedule(faults);
      simulation.runUntil(700);
      t.true(faults.length <= 6 && faults.every(({ at }) => at <= 500));
      t.true([0, 1, 2].every((node) => simulation.isUp(node) && !simulation.isFrozen(node)));
    }),
    { numRuns: 100 },
  );
});

test('a schedule that fails for one fault shrinks to that fault', (t) => {
  const result = fc.check(
    fc.property(faultSchedules(bounds), (faults) => !faults.some(({ kind, at }) => kind === 'crash' && at > 100)),
    { seed: 1, numRuns: 1_000 },
  );
  t.true(result.failed);
  t.deepEqual(
    result.counterexample?.[0].map(({ kind, at }) => [kind, at]),
    [['crash', 101]],
  );
});
