import { sweep } from '@p2pimg/netsim';
import test from 'ava';
import { scenarios } from './scenarios.ts';

const LONG = process.env.P2PIMG_LONG === '1';

const SEEDS: Readonly<Record<string, readonly [rows: string, short: number, long: number]>> = {
  chaos: ['T1 T2 N4 N5', 150, 2_000],
  rebinding: ['T1 T2', 150, 1_000],
  rekey: ['T2', 20, 300],
};

for (const [name, scenario] of Object.entries(scenarios)) {
  const [rows, short, long] = SEEDS[name]!;
  const count = LONG ? long : short;
  test(`${rows} ${count} seeds of transport/${name}: ${scenario.about}`, (t) => {
    const { failures, seeds } = sweep(`transport/${name}`, scenario, 1, count);
    t.deepEqual(failures, []);
    t.is(seeds, count);
  });
}

test('T1 the same seed of transport/chaos gives the same run', (t) => {
  for (const seed of [1, 2]) t.is(scenarios.chaos!.run({ seed }).hash, scenarios.chaos!.run({ seed }).hash);
});
