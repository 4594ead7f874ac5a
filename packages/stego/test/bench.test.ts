import test from 'ava';
import { runBenches } from '../bench/benches.ts';
import { smallEffort } from '../bench/measure.ts';

test('G1 G2 the benches run', async (t) => {
  let count = 0;
  for await (const { value } of runBenches(smallEffort)) {
    t.true(value >= 0);
    count++;
  }
  t.true(count > 40);
});
