import test from 'ava';
import { ResponseTime } from '../../src/core/cloud/response-time.ts';

test('M1 a request is sent again after the shortest pause as long as answers are quick, and later when they are slow', (t) => {
  const time = new ResponseTime(300, 2_400);
  t.is(time.patienceMs, 300);
  for (let i = 0; i < 50; i++) time.came(20 + (i % 2) * 10);
  t.is(time.patienceMs, 300);
  for (let i = 0; i < 50; i++) {
    const ms = 500 + (i % 2) * 100;
    time.came(ms);
    if (i > 10) t.true(time.patienceMs > ms);
  }
  t.true(time.patienceMs < 1_000);
  for (let i = 0; i < 50; i++) time.came(60_000);
  t.is(time.patienceMs, 2_400);
  for (let i = 0; i < 100; i++) time.came(20);
  t.is(time.patienceMs, 300);
});
