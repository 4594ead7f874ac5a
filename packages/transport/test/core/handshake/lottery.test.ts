import test from 'ava';
import { Lottery } from '../../../src/core/handshake/lottery.ts';
import { seeded, seededBytes } from '../../support/pair.ts';

/** Of so many in each of ten windows, every n-th of them worth it: how many of these were drawn in the first window, in each later one, and believed to be. */
function drawn(seed: number, perWindow: number, nth = 1): { first: number; later: number; believed: number } {
  const lottery = new Lottery(seededBytes(seeded(seed)), 50);
  const hits: number[] = [];
  let believed = 0;
  for (let window = 0; window < 10; window++) {
    hits.push(0);
    for (let i = 0; i < perWindow; i++) {
      if (!lottery.draw(1_000 + window * 20 + (i * 19) / perWindow) || i % nth !== 0) continue;
      hits[window]!++;
      believed += lottery.hit();
    }
  }
  const [first = 0, ...others] = hits;
  return { first, later: others.reduce((sum, n) => sum + n, 0) / others.length, believed };
}

test('N4 a lottery draws all as long as they are few, and about its rate of however many there are', (t) => {
  t.deepEqual(drawn(1, 999), { first: 999, later: 999, believed: 9_990 });
  for (const [seed, perWindow] of [
    [2, 3_000],
    [3, 20_000],
  ] as const) {
    const { first, later, believed } = drawn(seed, perWindow);
    t.true(first <= 1_000 * (2 + Math.log2(perWindow / 1_000)), `${first}`);
    t.true(later > 850 && later < 1_100, `${later}`);
    t.true(Math.abs(believed / (10 * perWindow) - 1) < 0.1, `${believed}`);
  }
});

test('N4 what is not worth it takes no chance from what is', (t) => {
  t.deepEqual(drawn(4, 20_000, 40), { first: 500, later: 500, believed: 5_000 });
});

test('N4 after a pause the chance is whole again', (t) => {
  const lottery = new Lottery(seededBytes(seeded(5)), 50);
  for (let i = 0; i < 50_000; i++) if (lottery.draw(0)) lottery.hit();
  t.true(Array.from({ length: 100 }, () => lottery.draw(10)).includes(false));
  t.false(Array.from({ length: 100 }, () => lottery.draw(50)).includes(false));
});
