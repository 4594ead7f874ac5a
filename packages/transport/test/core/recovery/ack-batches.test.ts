import test from 'ava';
import { AckBatches } from '../../../src/core/recovery/ack-batches.ts';

const RATE = 1_000;

test('T1 acknowledgements that come as the rate says leave nothing over', (t) => {
  const batches = new AckBatches();
  for (let now = 1; now <= 100; now++) batches.onAck(RATE, RATE, now);
  t.true(batches.largest <= RATE);
});

test('T1 a batch is what comes at once after a pause', (t) => {
  const batches = new AckBatches();
  for (let now = 10; now <= 200; now += 10) batches.onAck(10 * RATE, RATE, now);
  t.is(batches.largest, 10 * RATE);
});

test('T1 the largest batch is remembered for ten to twenty rounds', (t) => {
  const batches = new AckBatches();
  batches.onAck(50 * RATE, RATE, 100);
  const before = batches.largest;
  for (let round = 0; round < 10; round++) batches.endRound();
  t.is(batches.largest, before);
  for (let round = 0; round < 10; round++) batches.endRound();
  t.is(batches.largest, 0);
});
