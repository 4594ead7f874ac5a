import test from 'ava';
import { fuzz } from '../fuzz/fuzz.ts';

test('W1 W2 N4 mutated packets, frames and messages end in a value or a typed error', (t) => {
  const seed = 20_261_123;
  const { finding, runs } = fuzz(seed, 200_000);
  t.is(finding, undefined, `pnpm fuzz --seed ${seed} --runs ${runs}`);
});
