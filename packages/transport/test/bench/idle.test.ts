import test from 'ava';
import { measureIdle, SMALL_IDLE } from '../../bench/idle.ts';

test('T2 the bench of idle sessions runs', async (t) => {
  const { megabytes, percent } = await measureIdle(true, SMALL_IDLE);
  t.true(Number.isFinite(megabytes));
  t.true(percent >= 0);
});
