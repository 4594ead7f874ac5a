import { existsSync } from 'node:fs';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { freshCopy, programsFromNpm, runOn } from './helpers/machine.ts';

/** Each with an npm that runs on it. */
const NODES = [
  ['node@18', 'npm@10'],
  ['node@20', 'npm@10'],
  ['node@24', 'npm@11'],
  ['node@26', 'npm@11'],
] as const;

const home = await tempDir('p2pimg-home-');
test.after.always(home.remove);

for (const [node, npm] of NODES) {
  test(`the demo runs from a fresh copy on a machine with ${node}`, async (t) => {
    await using programs = await programsFromNpm(home.path, node, npm);
    await using copy = await freshCopy();
    const machine = { home: home.path, programs: [programs.at('node_modules/.bin')] };
    const { stdout } = await runOn(machine, copy.path, 'node', ['--version']);
    t.regex(stdout, new RegExp(`^v${node.slice('node@'.length)}\\.`));
    await runOn(machine, copy.path, 'npm', ['start', '--', '--once']);
    t.true(existsSync(copy.at('demo-out/report.json')));
  });
}
