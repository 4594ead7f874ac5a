import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';

test('the benches run, small, and print one figure per line', async (t) => {
  t.timeout(4 * 60_000);
  const bench = fileURLToPath(new URL('../bench/run.ts', import.meta.url));
  const { code, stdout, stderr } = await runNode(bench, ['--json', '--small'], { timeoutMs: 3 * 60_000 });
  t.is(code, 0, stderr);
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { bench: string; value: number });
  t.is(figures.length, 2 * 9 + 3 + 4);
  for (const { value } of figures) t.true(Number.isFinite(value));
  t.is(figures.find((figure) => 'metric' in figure && figure.metric === 'errors')?.value, 0);
});
