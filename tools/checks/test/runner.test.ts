import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { formatSeconds, Printer } from '../src/run/printer.ts';
import { summaryLine } from '../src/run/run.ts';
import { groupSuites } from '../src/run/suite.ts';
import { findTestFiles, readTestFile, UnknownMark } from '../src/run/suites.ts';
import { TapReader, type TestResult } from '../src/run/tap.ts';
import { type Package, ROOT } from '../src/workspace.ts';

const wire: Package = { name: '@p2pimg/wire', dir: 'packages/wire', private: false, dependencies: [] };

const NAMES: readonly (readonly [path: string, phase: string, long: boolean, needs: readonly string[]])[] = [
  ['test/codec.test.ts', 'units', false, []],
  ['test/deep/er/kill.process.test.ts', 'processes', false, []],
  ['test/kill.mysql.process.test.ts', 'processes', false, ['mysql']],
  ['test/cluster.galera.long.test.ts', 'units', true, ['galera']],
  ['test/seeds.sim.long.test.ts', 'simulation', true, []],
  ['test/all.soak.test.ts', 'soak', false, []],
  ['test/compliance/mysql.test.ts', 'units', false, ['mysql']],
  ['test/process.test.ts', 'units', false, []],
];
for (const [path, phase, long, needs] of NAMES) {
  test(`${path} belongs to ${phase}`, (t) => {
    t.deepEqual(readTestFile(wire, path), { package: wire, path, phase, long, needs } as ReturnType<
      typeof readTestFile
    >);
  });
}

test('a mark that is not known is an error, not a unit test', (t) => {
  t.throws(() => readTestFile(wire, 'test/kill.proces.test.ts'), { instanceOf: UnknownMark, message: /\.proces\./ });
});

test('the names of all test files of this workspace are known', (t) => {
  t.true(findTestFiles().some(({ path }) => path === 'test/runner.test.ts'));
});

/** What a test file mentions when it needs something of the system, and the marks that may say so. */
const SIGNS = [
  { sign: /\bstartDatabase(Server)?\b/, marks: ['mysql', 'galera'] },
  { sign: /from '.*\/terminal\.ts'/, marks: ['tmux'] },
  { sign: /from 'playwright-core'/, marks: ['chromium'] },
] as const;

test('test files that need something of the system say so in their names', (t) => {
  for (const { package: owner, path, needs } of findTestFiles()) {
    if (owner.name === '@p2pimg/checks') continue; // speaks of all of them
    const text = readFileSync(join(ROOT, owner.dir, path), 'utf8');
    for (const { sign, marks } of SIGNS) {
      if (!sign.test(text)) continue;
      const said = marks.some((mark) => needs.includes(mark));
      t.true(said, `${owner.dir}/${path} wants .${marks[0]}. in its name`);
    }
  }
  t.pass();
});

test('a suite is what one package has in one phase', (t) => {
  const files = NAMES.map(([path]) => readTestFile(wire, path));
  const suites = groupSuites(files, 'processes');
  t.deepEqual(
    suites.map(({ files: members }) => members.map(({ path }) => path)),
    [[NAMES[1]?.[0], NAMES[2]?.[0]]],
  );
});

test('a TAP stream gives each result once, with all that was said about it', (t) => {
  const results: TestResult[] = [];
  const reader = new TapReader((result) => results.push(result));
  const lines = [
    'TAP version 13',
    'a stray line',
    'ok 1 - a › works',
    '#   a log line',
    'not ok 2 - a › breaks # really',
    '  ---',
    '    message: |-',
    '      ok 9 - quoted',
    '  ...',
    'ok 3 - a › skipped # SKIP',
    'not ok 4 - a › planned # TODO',
    '',
    '1..4',
    '# tests 3',
    '# fail 1',
  ];
  for (const line of lines) reader.line(line);
  reader.end();
  t.deepEqual(results, [
    { status: 'passed', title: 'a › works', details: ['#   a log line'] },
    {
      status: 'failed',
      title: 'a › breaks # really',
      details: ['  ---', '    message: |-', '      ok 9 - quoted', '  ...'],
    },
    { status: 'skipped', title: 'a › skipped', details: [] },
    { status: 'skipped', title: 'a › planned', details: [''] },
  ]);
  t.deepEqual(reader.strays, ['a stray line']);
});

test('a stream that is cut short keeps the last result', (t) => {
  const results: TestResult[] = [];
  const reader = new TapReader((result) => results.push(result));
  for (const line of ['not ok 1 - broken', '  ---']) reader.line(line);
  reader.end();
  t.deepEqual(
    results.map(({ status, title }) => [status, title]),
    [['failed', 'broken']],
  );
});

test('the last line is one that tools can find', (t) => {
  t.is(summaryLine({ passed: 12, failed: 0 }), '12 passed, 0 failed');
});

test('a live line is shown on terminals only, and never mixes with others', (t) => {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  const file = new Printer({ write } as never);
  file.live('running');
  file.line('done');
  t.deepEqual(written.splice(0), ['done\n']);

  const terminal = new Printer({ write, isTTY: true, columns: 8 } as never);
  terminal.live('a long live line');
  terminal.line('done');
  terminal.live('');
  t.deepEqual(written, ['a long ', '\r\x1b[Kdone\na long ', '\r\x1b[K']);
});

test('times are short to read', (t) => {
  t.deepEqual([0.04, 9.94, 12.4, 60, 125].map(formatSeconds), ['0.0 s', '9.9 s', '12 s', '1 min', '2 min 5 s']);
});
