import { sweep } from '@p2pimg/netsim';
import { faultSchedules } from '@p2pimg/netsim/fast-check';
import test from 'ava';
import fc from 'fast-check';
import { scenarios } from './scenarios.ts';

/** Beyond those of the default run. */
const FROM = 10_001;

for (const [name, seeds] of [
  ['everything', 50_000],
  ['play-dead', 20_000],
  ['new-keys', 20_000],
  ['wired', 200],
  ['leader-dies', 300],
  ['server-dies', 300],
  ['crowd', 300],
] as const) {
  test(`S6 E1 E5 E6 N1 N2 N4 ${seeds} more seeds of cloud/${name}`, (t) => {
    const { failures, ...totals } = sweep(`cloud/${name}`, scenarios[name]!, FROM, seeds);
    t.log(JSON.stringify(totals));
    t.deepEqual(failures, []);
  });
}

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
