import test from 'ava';
import { fuzz } from '../fuzz/fuzz.ts';

test('W1 W2 N4 50 million mutated packets, frames and messages end in a value or a typed error', (t) => {
  t.timeout(20 * 60_000);
  const seed = Date.now() % 2 ** 32;
  t.log(`seed ${seed}`);
  const { finding, runs } = fuzz(seed, 50_000_000);
  t.is(finding, undefined, `pnpm fuzz --seed ${seed} --runs ${runs}`);
});
