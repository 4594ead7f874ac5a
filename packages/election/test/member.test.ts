import test from 'ava';
import { LAN_TIMING } from '../src/core/config.ts';
import { Member } from '../src/core/member.ts';

function member(): Member {
  return new Member({ id: 's1', host: '192.0.2.1', port: 8085 }, 0, LAN_TIMING);
}

test('E3 a server that was slow once and is given nothing comes to count as the best of the others', (t) => {
  const slow = member();
  for (let i = 0; i < 100; i++) slow.served(3_000);
  t.true(slow.serviceMs > 2_000);
  for (let i = 0; i < 400; i++) slow.rested(20);
  t.true(slow.serviceMs >= 20 && slow.serviceMs < 25, `${slow.serviceMs}`);
});

test('E3 what a server measures counts as long as it works, and rest makes nobody slower', (t) => {
  const busy = member();
  busy.assigned(0);
  const before = busy.serviceMs;
  for (let i = 0; i < 100; i++) busy.rested(1);
  t.is(busy.serviceMs, before);
  busy.done();
  for (let i = 0; i < 100; i++) busy.rested(before + 100);
  t.is(busy.serviceMs, before);
  busy.rested(Number.POSITIVE_INFINITY);
  t.is(busy.serviceMs, before);
});
