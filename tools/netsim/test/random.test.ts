import test from 'ava';
import { Random } from '../src/index.ts';

test('the same seed gives the same numbers, another seed others', (t) => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 8 }, () => random.next32());
  };
  t.deepEqual(draw(1), draw(1));
  t.notDeepEqual(draw(1), draw(2));
});

test('numbers are uniform: each of 16 bins and each bit within 5 sigma', (t) => {
  const random = new Random(7);
  const draws = 160_000;
  const bins = new Array<number>(16).fill(0);
  const bits = new Array<number>(32).fill(0);
  for (let i = 0; i < draws; i++) {
    const value = random.next32();
    bins[value >>> 28]! += 1;
    for (let bit = 0; bit < 32; bit++) bits[bit]! += (value >>> bit) & 1;
  }
  for (const count of bins) t.true(Math.abs(count - draws / 16) < 5 * Math.sqrt(draws / 16));
  for (const count of bits) t.true(Math.abs(count - draws / 2) < 2.5 * Math.sqrt(draws));
});

test('a fork is independent of what its parent draws afterwards', (t) => {
  const parent = new Random(3);
  const child = parent.fork();
  const other = new Random(3).fork();
  parent.next32();
  t.is(child.next32(), other.next32());
});

test('exponential has the given mean, between and below keep their bounds', (t) => {
  const random = new Random(5);
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    sum += random.exponential(10);
    const a = random.between(2, 3);
    const b = random.below(4);
    if (a < 2 || a >= 3 || b < 0 || b > 3) t.fail();
  }
  t.true(Math.abs(sum / 20_000 - 10) < 0.4);
  t.throws(() => random.pick([]), { instanceOf: RangeError });
});
