import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

test('the bench runs, and prints lines of JSON', async (t) => {
  const run = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
  const args = ['--conditions=@p2pimg/source', run, '--json', '--small'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.is(figures.length, 7);
  for (const { metric, value } of figures) t.true(Number.isFinite(value) && value >= 0, metric);
});
