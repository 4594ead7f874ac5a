import { fileURLToPath } from 'node:url';
import { HOT_AT_EXIT, runNode } from '@p2pimg/testkit';
import test from 'ava';

const program = (name: string): string => fileURLToPath(new URL(`./support/${name}-program.ts`, import.meta.url));

async function callsUntilOptimized(name: string): Promise<number> {
  const env = { NODE_OPTIONS: `--import=${HOT_AT_EXIT.href}` };
  const { code, stderr } = await runNode(program(name), [], { env, timeoutMs: 60_000 });
  if (code !== 0) throw new Error(stderr);
  return Number(/^hot after (\d+) calls$/m.exec(stderr)?.[1]);
}

async function collections(...args: readonly string[]): Promise<number> {
  const { code, stdout, stderr } = await runNode(program('growing'), args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(stderr);
  return Number.parseInt(stdout, 10);
}

test("P1 a program's functions are called often before V8's last compiler takes them, and then it does", async (t) => {
  const usual = await callsUntilOptimized('usual');
  const late = await callsUntilOptimized('tuned');
  t.log(`after ${usual} and ${late} calls`);
  t.true(usual > 0 && late >= 100_000 && usual < late);
});

test('P1 N4 all of a heap is collected about when it has doubled, whatever V8 would choose', async (t) => {
  const usual = await collections();
  const doubled = await collections('tuned');
  t.log(`${usual} and ${doubled} collections`);
  t.true(doubled >= 2 && doubled <= 9);
});
