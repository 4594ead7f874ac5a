import test from 'ava';
import { sweepFurther } from './sim/further.ts';

for (const [name, seeds] of [
  ['play-dead', 8_000],
  ['new-keys', 10_000],
  ['wired', 200],
  ['leader-dies', 300],
  ['server-dies', 300],
  ['crowd', 300],
] as const) {
  test(`S6 E1 E5 E6 N1 N2 N4 more seeds of cloud/${name}`, (t) => {
    t.deepEqual(sweepFurther(t, name, seeds), []);
  });
}
