import { join } from 'node:path';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';
import { ROOT } from '../src/workspace.ts';

const COMMANDS = {
  'npm start': 'tools/demo/src/main.ts',
  'npm test': 'tools/test.ts',
  'pnpm bench': 'tools/bench/src/all.ts',
  'pnpm bench:cloud': 'tools/bench/src/cloud/main.ts',
  'pnpm bench:evaluation': 'tools/bench/src/evaluation/main.ts',
  'pnpm fuzz': 'packages/wire/fuzz/main.ts',
  'pnpm graph': 'tools/graph.ts',
  'pnpm sim': 'tools/netsim/src/cli.ts',
  'pnpm soak': 'tools/e2e/src/cli.ts',
  'pnpm spec': 'tools/spec.ts',
} as const;

for (const [command, file] of Object.entries(COMMANDS)) {
  const run = (...args: string[]) => runNode(join(ROOT, file), args);

  test(`${command} --help shows how it is used`, async (t) => {
    const { code, stdout } = await run('--help');
    t.is(code, 0);
    t.true(stdout.startsWith(command));
  });

  test(`${command} says what is wrong with a command line, and how it is used`, async (t) => {
    const { code, stdout, stderr } = await run('--nonsense');
    t.is(code, 2);
    t.is(stdout, '');
    t.true(stderr.includes('--nonsense') && stderr.includes(command));
    t.false(stderr.includes('    at '), stderr);
  });
}
