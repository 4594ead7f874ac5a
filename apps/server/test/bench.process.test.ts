import { fileURLToPath } from 'node:url';
import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';

test('S6 the bench of a killed handler runs', async (t) => {
  t.timeout(2 * 60_000);
  const figures = await smallRun(fileURLToPath(new URL('../bench/kill.ts', import.meta.url)));
  t.is(figures.length, 3);
});
