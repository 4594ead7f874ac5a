import test from 'ava';
import { PACING_MARGIN, StandingQueue } from '../../../src/core/recovery/standing-queue.ts';

const MINIMUM_MS = 20;

test('T1 a flow paces at the rate while a round trip shows no more than 2 ms of queue, and so that more is gone in three and a half round trips', (t) => {
  const queue = new StandingQueue();
  for (const [queueMs, pace] of [
    [0, 1],
    [2, 1],
    [5.5, 0.95],
    [9, 0.9],
    [16, 0.8],
    [100, 0.75],
  ] as const) {
    queue.onRound(MINIMUM_MS + queueMs, MINIMUM_MS);
    t.true(Math.abs(queue.pace - pace) < 1e-9, `${queueMs} ms: ${queue.pace}`);
  }
});

test('T1 a flow gives way for 24 rounds with a queue, then no longer until the queue has been gone', (t) => {
  const queue = new StandingQueue();
  for (let round = 0; round < 24; round++) {
    t.true(queue.onRound(MINIMUM_MS + 15, MINIMUM_MS));
    t.true(queue.pace < 0.85);
  }
  queue.onRound(MINIMUM_MS + 15, MINIMUM_MS);
  t.is(queue.pace, PACING_MARGIN);
  t.false(queue.onRound(MINIMUM_MS + 1, MINIMUM_MS));
  queue.onRound(MINIMUM_MS + 15, MINIMUM_MS);
  t.true(queue.pace < 0.85);
});
