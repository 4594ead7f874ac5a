import { fileURLToPath } from 'node:url';
import { HOT_AT_EXIT, runNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { MAIN } from './support/local-cloud.ts';

const YOUNG = new URL('./support/young-program.ts', import.meta.url);
const GROWING = new URL('./support/growing-program.ts', import.meta.url);

async function printed(program: URL, ...args: readonly string[]): Promise<number> {
  const { code, stdout, stderr } = await runNode(fileURLToPath(program), args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(stderr);
  return Number(stdout);
}

test('P1 N4 a server sets V8 up before it does anything else', async (t) => {
  await using dir = await tempDir();
  const env = { NODE_OPTIONS: `--import=${HOT_AT_EXIT.href}` };
  const { stderr } = await runNode(MAIN, ['run', '--config', dir.at('none.toml')], { env });
  t.true(Number(/^hot after (\d+) calls$/m.exec(stderr)?.[1]) >= 100_000, stderr);
});

test("N4 a server's young generation, which V8 would let grow, is kept from it", async (t) => {
  const free = await printed(YOUNG);
  const bound = await printed(YOUNG, 'tuned');
  t.log(`${free} and ${bound} bytes`);
  t.true(bound < 0.8 * free);
});

test('P1 N4 all of a heap is collected about when it has doubled, and not when V8 would choose', async (t) => {
  const usual = await printed(GROWING);
  const doubled = await printed(GROWING, 'tuned');
  t.log(`${usual} and ${doubled} collections`);
  t.not(usual, doubled);
  t.true(doubled >= 2 && doubled <= 9);
});
