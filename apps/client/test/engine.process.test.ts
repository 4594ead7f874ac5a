import { fileURLToPath } from 'node:url';
import { HOT_AT_EXIT, runNode } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('P1 the program is set up for many small requests, whatever it is asked for', async (t) => {
  const env = { NODE_OPTIONS: `--import=${HOT_AT_EXIT.href}` };
  const { code, stderr } = await runNode(MAIN, ['--version'], { env });
  t.is(code, 0, stderr);
  t.true(Number(/^hot after (\d+) calls$/m.exec(stderr)?.[1]) >= 100_000, stderr);
});
