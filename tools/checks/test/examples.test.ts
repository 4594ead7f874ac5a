import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';

const EXAMPLES = new URL('../../../examples/', import.meta.url);

for (const file of readdirSync(EXAMPLES).filter((name) => name.endsWith('.ts'))) {
  test(`examples/${file} runs and shows something`, async (t) => {
    const { code, stdout, stderr } = await runNode(fileURLToPath(new URL(file, EXAMPLES)));
    t.is(code, 0, stderr);
    t.not(stdout.trim(), '');
  });
}
