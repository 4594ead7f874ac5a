import { sweep } from '@p2pimg/netsim';
import test from 'ava';
import { scenarios } from './scenarios.ts';

const SEEDS = 4_000;

test(`S6 E1 E5 E7 N1 N2 N4 ${SEEDS} seeds of cloud/everything: whatever goes wrong, what was promised is kept, once`, (t) => {
  const { failures, ...totals } = sweep('cloud/everything', scenarios.everything!, 1, SEEDS);
  t.log(JSON.stringify(totals));
  t.deepEqual(failures, []);
  t.true(totals.virtualMs >= 5_000 * SEEDS);
  t.true(totals.requests >= 20 * SEEDS);
  t.true(totals.faults >= 2 * SEEDS);
});
