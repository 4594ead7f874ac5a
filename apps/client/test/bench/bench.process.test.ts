import { fileURLToPath } from 'node:url';
import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';

test('the bench of short commands runs, and prints lines of JSON', async (t) => {
  const figures = await smallRun(fileURLToPath(new URL('../../bench/run.ts', import.meta.url)));
  t.is(figures.length, 6);
  for (const { value, unit } of figures) {
    t.true(value > 0);
    t.is(unit, 'ms');
  }
});
