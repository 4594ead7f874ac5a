import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';

test('T1 the bench of acknowledgements runs', async (t) => {
  const figures = await smallRun(new URL('../../bench/recovery.ts', import.meta.url).pathname);
  t.is(figures.length, 2);
});
