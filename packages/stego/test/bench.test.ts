import { fileURLToPath } from 'node:url';
import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';

test('G1 G2 the benches run', async (t) => {
  const figures = await smallRun(fileURLToPath(new URL('../bench/run.ts', import.meta.url)));
  t.true(figures.length > 40);
});
