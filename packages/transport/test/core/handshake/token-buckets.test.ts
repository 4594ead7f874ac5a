import test from 'ava';
import { TokenBuckets } from '../../../src/core/handshake/token-buckets.ts';

const SETTINGS = { ratePerMs: 0.1, burst: 3, most: 100 };

test('N4 each key has its burst at once and then its rate, and no more after a pause', (t) => {
  const buckets = new TokenBuckets(SETTINGS);
  const taken = (key: string, now: number): number => {
    let count = 0;
    while (buckets.take(key, now)) count++;
    return count;
  };
  t.is(taken('a', 1_000), 3);
  t.is(taken('b', 1_000), 3);
  t.is(taken('a', 1_009), 0);
  t.is(taken('a', 1_010), 1);
  t.is(taken('a', 1_030), 2);
  t.is(taken('a', 9_999), 3);
});

test('N4 whether a budget is used up can be asked without taking of it, or memory', (t) => {
  const buckets = new TokenBuckets(SETTINGS);
  t.false(buckets.isEmpty('a', 0));
  t.is(buckets.size, 0);
  for (let i = 0; i < 3; i++) t.true(buckets.take('a', 0));
  t.true(buckets.isEmpty('a', 9));
  t.false(buckets.isEmpty('a', 10));
  t.true(buckets.take('a', 10));
  t.is(buckets.size, 1);
});

test('N4 more keys than are kept: the oldest is forgotten', (t) => {
  const buckets = new TokenBuckets(SETTINGS);
  for (let i = 0; i < 1_000; i++) for (let n = 0; n < 3; n++) t.true(buckets.take(`${i}`, 0));
  t.is(buckets.size, 100);
  t.true(buckets.isEmpty('900', 0));
  t.false(buckets.isEmpty('899', 0));
});
