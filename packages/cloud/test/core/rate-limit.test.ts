import test from 'ava';
import { RateLimit } from '../../src/core/rate-limit.ts';

test('D2 N4 registrations from one address have a rate; another address has its own', (t) => {
  const rate = new RateLimit(3);
  const now = 1_000_000;
  t.deepEqual(
    [1, 2, 3].map(() => rate.take('192.0.2.1', now)),
    [0, 0, 0],
  );
  t.is(rate.take('192.0.2.1', now), 20_000);
  t.is(rate.take('192.0.2.2', now), 0);
  t.is(rate.take('192.0.2.1', now + 20_000), 0);
  t.is(rate.take('192.0.2.1', now + 20_000), 20_000);
});
