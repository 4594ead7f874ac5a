import test from 'ava';
import type { Answer } from '../../src/cloud/protocol.ts';
import { figuresOf, timesOf } from '../../src/cloud/report.ts';

test('P1 times: average and nearest-rank percentiles', (t) => {
  const durations = Array.from({ length: 100 }, (_, i) => 100 - i);
  t.deepEqual(timesOf(durations), { average: 50.5, p50: 51, p95: 96, p99: 100, max: 100 });
  t.deepEqual(timesOf([]), { average: 0, p50: 0, p95: 0, p99: 0, max: 0 });
});

test('P1 P2 a run: failures are counted by their words, and are in no time', (t) => {
  const answers: Answer[] = [
    { begun: 1_000, back: 1_010, ended: 1_030, server: 's2' },
    { begun: 1_005, back: 1_025, ended: 1_055, server: 's1' },
    { begun: 1_010, back: 3_000, ended: 3_000, server: '', failure: 'gone' },
  ];
  const figures = figuresOf(answers);
  t.like(figures, { requests: 3, failures: 1, failed: { gone: 1 }, totalSeconds: 2, requestsPerSecond: 1 });
  t.is(figures.responseMs.average, 15);
  t.is(figures.completeMs.max, 50);
  t.deepEqual(figures.perServer, { s1: 1, s2: 1 });
});
