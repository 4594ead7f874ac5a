import { sweep } from '@p2pimg/netsim';
import { faultSchedules } from '@p2pimg/netsim/fast-check';
import test from 'ava';
import fc from 'fast-check';
import { scenarios } from './scenarios.ts';

const LONG = process.env.P2PIMG_LONG === '1';
const SEEDS = LONG ? 20_000 : 1_000;

const ROWS: Readonly<Record<string, string>> = { chaos: 'E1 E4 E7 N1', partitions: 'E1 E7', token: 'E6' };

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${ROWS[name]} ${SEEDS} seeds of election/${name}: ${scenario.about}`, (t) => {
    const { failures, seeds } = sweep(`election/${name}`, scenario, 1, SEEDS);
    t.deepEqual(failures, []);
    t.is(seeds, SEEDS);
  });
}

test('the same seed gives the same trace hash, line by line', (t) => {
  const run = (seed: number): { hash: string; lines: string[] } => {
    const lines: string[] = [];
    const { hash } = scenarios.chaos!.run({ seed, trace: (line) => lines.push(line) });
    return { hash, lines };
  };
  for (const seed of [1, 2, 3]) t.deepEqual(run(seed), run(seed));
  t.is(scenarios.chaos!.run({ seed: 1 }).hash, run(1).hash, 'tracing changes nothing');
  t.not(run(1).hash, run(2).hash);
});

test('E1 E7 no schedule of faults that fast-check can think of keeps servers from agreeing afterwards', (t) => {
  // Every cloud of the scenario has at least two servers.
  const schedules = faultSchedules({ nodes: 2, untilMs: 3_200, maxMs: 800, maxFaults: 8 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), schedules, (seed, faults) => {
      t.deepEqual(scenarios.chaos!.run({ seed, faults }).violations, []);
    }),
    { numRuns: LONG ? 2_000 : 200, seed: 20_261_123 },
  );
});
