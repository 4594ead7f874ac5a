import { fileURLToPath } from 'node:url';
import { smallRun } from '@p2pimg/testkit/bench';
import test from 'ava';
import { directoryMethods } from '../src/calls/calls.ts';

test('the benches run, small: every call on both databases beside the bare driver, the list, three processes', async (t) => {
  t.timeout(4 * 60_000);
  const program = fileURLToPath(new URL('../bench/run.ts', import.meta.url));
  const figures = await smallRun(program);
  for (const bench of ['sqlite-calls', 'mysql-calls']) {
    const metrics = figures.filter((figure) => figure.bench === bench && figure.ratio !== undefined);
    for (const method of directoryMethods) {
      for (const concurrency of [1, 16, 64]) {
        t.true(
          metrics.some(({ metric }) => metric === `${method}@${concurrency}`),
          `${bench} ${method}`,
        );
      }
    }
  }
  t.is(figures.find(({ metric }) => metric === 'errors')?.value, 0);
});
