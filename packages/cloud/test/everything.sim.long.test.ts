import { faultSchedules } from '@p2pimg/netsim/fast-check';
import test from 'ava';
import fc from 'fast-check';
import { scenarios } from './scenarios.ts';
import { sweepFurther } from './sim/further.ts';

// A file of its own, since it takes as long as all the others: files run side by side.
test('S6 E1 E5 E6 N1 N2 N4 more seeds of cloud/everything', (t) => {
  t.deepEqual(sweepFurther(t, 'everything', 25_000), []);
});

test('S6 E1 E5 no schedule of faults that fast-check can think of breaks a promise', (t) => {
  // Every world has at least one server and the directory: nodes 0 and 1.
  const schedules = faultSchedules({ nodes: 2, untilMs: 3_200, maxMs: 800, maxFaults: 10 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), schedules, (seed, faults) => {
      t.deepEqual(scenarios.everything!.run({ seed, faults }).violations, []);
    }),
    { numRuns: 2_000, seed: 20_261_124 },
  );
});
