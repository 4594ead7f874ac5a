import test from 'ava';
import { runHttpsBench } from '../baselines/https/run.ts';
import { runOriginalBench } from '../baselines/original/run.ts';
import { DEFAULTS } from '../src/cloud/options.ts';

const SMALL = { ...DEFAULTS, n: 30, warmUp: 3, inFlight: 9 };

for (const encoder of ['sharp', 'pngjs'] as const) {
  test(`P1 the baseline over HTTPS with ${encoder}: every picture comes back and is entered`, async (t) => {
    t.timeout(120_000);
    const { requests, failures, failed, processes, perServer } = await runHttpsBench(SMALL, encoder);
    t.deepEqual({ requests, failures, failed }, { requests: 30, failures: 0, failed: {} });
    t.is(processes.length, 6);
    t.deepEqual(Object.keys(perServer), ['s1', 's2', 's3']);
  });
}

test("P1 the original's protocol: every picture comes back", async (t) => {
  t.timeout(120_000);
  const { requests, failures, failed } = await runOriginalBench(SMALL);
  t.deepEqual({ requests, failures, failed }, { requests: 30, failures: 0, failed: {} });
});
