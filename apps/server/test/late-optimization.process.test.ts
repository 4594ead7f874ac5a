import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';

const PROGRAM = fileURLToPath(new URL('./support/hot-program.ts', import.meta.url));

async function callsUntilOptimized(...args: readonly string[]): Promise<number> {
  const { code, stdout } = await runNode(PROGRAM, args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`the program ended with ${code}`);
  return Number(stdout);
}

test("P1 a server's functions are called often before V8's last compiler takes them, and then it does", async (t) => {
  const usual = await callsUntilOptimized();
  const late = await callsUntilOptimized('late');
  t.log(`after ${usual} and ${late} calls`);
  t.true(usual > 0 && late >= 100_000 && usual < late);
});
