import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runNode } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import { runSuite, type Suite, type SuiteResult } from '../src/run/suite.ts';
import { readTestFile } from '../src/run/suites.ts';
import { ROOT } from '../src/workspace.ts';

const IMPORT = "import test from 'ava';";

test('passes and failures are counted, and failures told whole', async (t) => {
  const body = `${IMPORT} test('good', (t) => t.pass()); test('bad', (t) => { t.log('a clue'); t.is(1, 2); });`;
  const result = await run(t, { 'a.test.ts': body, 'b.test.ts': `${IMPORT} test('also good', (t) => t.pass());` });
  t.is(result.passed, 2);
  t.deepEqual(
    result.failures.map(({ title }) => title),
    ['a › bad'],
  );
  t.regex(result.failures[0]?.details.join('\n') ?? '', /a clue[\s\S]*AssertionError/);
});

test('a file that cannot be loaded is a failure', async (t) => {
  const { failures } = await run(t, { 'a.test.ts': "import './nowhere.ts';" });
  t.true(failures.some(({ title }) => title.includes('nowhere.ts')));
});

test('a file without tests is a failure', async (t) => {
  const { failures } = await run(t, { 'a.test.ts': 'export {};' });
  t.is(failures.length, 1);
});

test('skipped tests are neither passed nor failed', async (t) => {
  const { passed, skipped, failures } = await run(t, {
    'a.test.ts': `${IMPORT} test('x', (t) => t.pass()); test.${'skip'}('y', (t) => t.pass());`,
  });
  t.deepEqual([passed, skipped, failures.length], [1, 1, 0]);
});

test('a suite that hangs is killed and counted as failed', async (t) => {
  const { failures } = await run(t, { 'a.test.ts': 'for (;;);' }, 3000);
  t.regex(failures.at(-1)?.title ?? '', /killed after 3 s/);
});

test('a run in which nothing ran fails', async (t) => {
  const done = await runNode(join(ROOT, 'tools/test.ts'), ['no-such-package']);
  t.is(done.code, 1);
  t.deepEqual(done.stdout.trimEnd().split('\n').slice(-2), ['No test ran.', '0 passed, 0 failed']);
});

test('an unknown phase or option is answered with the usage', async (t) => {
  for (const args of [['--phase', 'tea'], ['--no-such-option']]) {
    const done = await runNode(join(ROOT, 'tools/test.ts'), args);
    t.is(done.code, 2);
    t.regex(done.stdout + done.stderr, /npm test -- \[--phase/);
  }
});

/** Runs these test files in a package of their own inside the repository, where ava is found. */
async function run(t: ExecutionContext, files: Record<string, string>, limitMs = 60_000): Promise<SuiteResult> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/suite-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'test'));
  writeFileSync(join(folder, 'package.json'), '{"name": "trial", "type": "module"}');
  writeFileSync(join(folder, 'ava.config.mjs'), "export default { extensions: ['ts'], files: ['test/*.test.ts'] };");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), text);
  const owner = { name: 'trial', dir: relative(ROOT, folder), private: true, dependencies: [] };
  const suite: Suite = {
    package: owner,
    phase: 'units',
    files: Object.keys(files).map((name) => readTestFile(owner, `test/${name}`)),
  };
  return runSuite(suite, { long: false, limitMs });
}
