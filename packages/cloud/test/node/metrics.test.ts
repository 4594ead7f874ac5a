import test from 'ava';
import { Histogram, Registry } from 'prom-client';
import { Counting } from '../../src/node/counters.ts';
import { RequestSeconds } from '../../src/node/request-seconds.ts';

test('U1 how long requests take is said as prom-client says it, also at and past the edges', async (t) => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const seconds = new RequestSeconds(ours);
  const histogram = new Histogram({
    name: 'p2pimg_request_seconds',
    help: 'From taking a request up to its answer',
    labelNames: ['type'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [theirs],
  });
  t.is(await ours.metrics(), await theirs.metrics());
  for (const [type, value] of [
    ['encode', 0],
    ['encode', 0.001],
    ['encode', 0.0011],
    ['publish', 60],
    ['publish', 61],
    ['encode', 0.3],
  ] as const) {
    seconds.observe(type, value);
    histogram.observe({ type }, value);
  }
  t.is(await ours.metrics(), await theirs.metrics());
});

test('U1 what happened is counted by kind, and requests by type and outcome', (t) => {
  const counting = new Counting();
  const ended = { kind: 'ended', requestId: 'ab'.repeat(16), code: undefined, ms: 1 } as const;
  counting.note({ ...ended, requestType: 'encode', outcome: 'success' });
  counting.note({ ...ended, requestType: 'encode', outcome: 'success' });
  counting.note({ ...ended, requestType: 'publish', outcome: 'refused' });
  counting.note({ kind: 'begun', by: 'leader' });
  counting.note({ kind: 'moved', requestId: ended.requestId, from: 's2', cause: 'silent' });
  counting.note({ kind: 'turnedAway', code: 'overloaded' });
  counting.note({ kind: 'election', fact: { kind: 'died', peer: 's2', incarnation: 1, silentMs: 1 } });
  counting.noteMalformed();
  const { requests, begun, moved, turnedAway, deaths, malformed, takeovers } = counting.totals;
  t.deepEqual(requests, { 'encode success': 2, 'publish refused': 1 });
  t.deepEqual(begun, { leader: 1 });
  t.deepEqual(moved, { silent: 1 });
  t.deepEqual([turnedAway, deaths, malformed, takeovers], [1, 1, 1, 0]);
});
