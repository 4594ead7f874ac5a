import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';
import { CONTENDERS } from '../../bench/contender.ts';

test('T1 the benches run against everybody', async (t) => {
  const figures = await smallRun(new URL('../../bench/run.ts', import.meta.url).pathname);
  const benches = new Set(figures.map(({ bench }) => bench));
  t.deepEqual([...benches], ['bulk', 'pool', 'fresh', 'new session', 'round trip']);
  for (const name of CONTENDERS)
    t.true(
      figures.some(({ metric }) => metric.endsWith(`: ${name}`)),
      name,
    );
});
