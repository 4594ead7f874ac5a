import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';

const PROGRAM = fileURLToPath(new URL('./support/young-program.ts', import.meta.url));

async function mostBytes(...args: readonly string[]): Promise<number> {
  const { code, stdout } = await runNode(PROGRAM, args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`the program ended with ${code}`);
  return Number(stdout);
}

test("N4 a server's young generation, which V8 would let grow, is kept from it", async (t) => {
  const free = await mostBytes();
  const bound = await mostBytes('bound');
  t.log(`${free} and ${bound} bytes`);
  t.true(bound < 0.8 * free);
});
