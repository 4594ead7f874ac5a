import test from 'ava';
import { Patience } from '../../src/core/requests/patience.ts';

test('E5 P1 it waits as long as messages take, and a margin, within its bounds', (t) => {
  const patience = new Patience(20, 200);
  t.is(patience.ms, 20);
  for (let i = 0; i < 50; i++) patience.came(0);
  t.is(patience.ms, 20, 'never less');
  for (let i = 0; i < 50; i++) patience.came(60);
  t.true(patience.ms >= 60 && patience.ms < 70, String(patience.ms));
  patience.came(180);
  t.true(patience.ms > 150, 'one that is late makes it careful');
  for (let i = 0; i < 50; i++) patience.came(1);
  t.is(patience.ms, 20, 'and it forgets that');
  for (let i = 0; i < 50; i++) patience.came(5_000);
  t.is(patience.ms, 200, 'never more');
});
