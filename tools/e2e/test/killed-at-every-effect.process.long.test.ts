import test from 'ava';
import { killAtEach } from './support/killed/lane.ts';

for (const who of ['viewer', 'owner', 'server'] as const) {
  test(`U4 U5 U6 U7 U8 D4 M5 N9 N10: the ${who}'s process killed before each of its effects: changes once, no view gained, at most one lost`, async (t) => {
    t.timeout(1_200_000);
    const tales = await killAtEach(t, who, 3);
    t.log(`${tales} tales`);
    t.true(tales > 50);
  });
}
