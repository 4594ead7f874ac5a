import { fileURLToPath } from 'node:url';
import { HOT_AT_EXIT, runNode } from '@p2pimg/testkit';
import test from 'ava';

const USUAL = new URL('./support/usual-program.ts', import.meta.url);
const LATE = new URL('./support/late-program.ts', import.meta.url);

async function callsUntilOptimized(program: URL): Promise<number> {
  const env = { NODE_OPTIONS: `--import=${HOT_AT_EXIT.href}` };
  const { code, stderr } = await runNode(fileURLToPath(program), [], { env, timeoutMs: 60_000 });
  if (code !== 0) throw new Error(stderr);
  return Number(/^hot after (\d+) calls$/m.exec(stderr)?.[1]);
}

test("P1 a program's functions are called often before V8's last compiler takes them, and then it does", async (t) => {
  const usual = await callsUntilOptimized(USUAL);
  const late = await callsUntilOptimized(LATE);
  t.log(`after ${usual} and ${late} calls`);
  t.true(usual > 0 && late >= 100_000 && usual < late);
});
