import { fileURLToPath } from 'node:url';
import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';

test('the bench runs, and prints lines of JSON', async (t) => {
  const figures = await smallRun(fileURLToPath(new URL('../../bench/run.ts', import.meta.url)));
  t.true(figures.length > 20);
});
