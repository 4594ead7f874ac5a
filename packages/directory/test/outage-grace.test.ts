import test from 'ava';
import { OutageGrace } from '../src/mysql/outage-grace.ts';

test('D6 leases are prolonged by the outage of the database itself, for two minutes after it', (t) => {
  const grace = new OutageGrace();
  grace.answered(1000);
  t.is(grace.graceMs(1000), 0);
  for (const at of [5000, 6000, 7000]) grace.failed(at);
  t.is(grace.graceMs(7000), 0);
  grace.answered(35_000);
  t.is(grace.graceMs(35_001), 30_000);
  t.is(grace.graceMs(154_999), 30_000);
  t.is(grace.graceMs(155_000), 0);
});

test('D6 a short failure right after an outage does not shorten its grace; a day away is ten minutes of it', (t) => {
  const grace = new OutageGrace();
  grace.failed(0);
  grace.answered(30_000);
  grace.failed(31_000);
  grace.answered(31_100);
  t.is(grace.graceMs(31_200), 30_000);
  grace.failed(200_000);
  grace.answered(200_000 + 86_400_000);
  t.is(grace.graceMs(200_001 + 86_400_000), 600_000);
});
