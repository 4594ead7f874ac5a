import test from 'ava';
import { cover, readCoverage } from '../src/spec/coverage.ts';
import { BadRequirement, parseRequirements } from '../src/spec/requirements.ts';
import { leadingIds, readTitles } from '../src/spec/titles.ts';

test('requirements are the table rows that begin with an id', (t) => {
  const markdown =
    '# Title\n| id | requirement |\n|---|---|\n| A1 | First thing. |\nprose A9\n|B12|Second, `a | b`. |\n';
  t.deepEqual(parseRequirements(markdown), [
    { id: 'A1', text: 'First thing.' },
    { id: 'B12', text: 'Second, `a | b`.' },
  ]);
});

test('an id that stands twice, or without words, is an error that names the line', (t) => {
  t.throws(() => parseRequirements('| A1 | x |\n| A1 | y |'), { instanceOf: BadRequirement, message: /line 2: A1/ });
  t.throws(() => parseRequirements('| A1 |  |'), { instanceOf: BadRequirement, message: /line 1: A1/ });
});

test('titles are found in calls of test and its modifiers, wherever they stand', (t) => {
  const source = `
    import test from 'ava';
    test('A1 plain', (t) => t.pass());
    test.serial("A2 serial", run);
    for (const one of all) test(\`A3 \${one} and \${two}\`, run);
    function suite() { test.before(() => {}); test(title, run); }
    // test('A4 in a comment', run);
    other('A5 not a test');
    regex.test('A6 not one either'.slice(1));
  `;
  t.deepEqual(readTitles(source), [
    { title: 'A1 plain', line: 3 },
    { title: 'A2 serial', line: 4 },
    { title: 'A3 … and …', line: 5 },
  ]);
});

test('cases of a compliance suite are found where they are written', (t) => {
  const source = `
    const cases = [
      { title: 'D1 kept', run: async () => {} },
      { title: \`D2 \${what}\`, run() {} },
      { title: 'D3 a heading', text: 'no case' },
    ];
  `;
  t.deepEqual(readTitles(source), [
    { title: 'D1 kept', line: 3 },
    { title: 'D2 …', line: 4 },
  ]);
});

const ID_CASES: readonly (readonly [title: string, ids: readonly string[]])[] = [
  ['T1 T2 N5: chunks arrive', ['T1', 'T2', 'N5']],
  ['T1, T2; N5 chunks', ['T1', 'T2', 'N5']],
  ['E3: T1 is only mentioned', ['E3']],
  ['mysql: D1 D2 rows', ['D1', 'D2']],
  ['…: D1 rows', ['D1']],
  ['… D1 rows', ['D1']],
  ['chunks of T1', []],
  ['X25519 is no row, but looks like one', ['X25519']],
  ['', []],
];
for (const [title, ids] of ID_CASES) {
  test(`ids that "${title}" begins with`, (t) => t.deepEqual(leadingIds(title), [...ids]));
}

test('coverage tells which test names which row, which rows none names, and which rows do not exist', (t) => {
  const place = 'packages/wire/test/a.test.ts:1';
  const rows = [
    { id: 'A1', text: 'one' },
    { id: 'A2', text: 'two' },
  ];
  const { rows: covered, unknown } = cover(rows, [{ title: 'A1 A1 Z9 works', place }]);
  t.deepEqual(
    covered.map(({ id, tests }) => [id, tests.length]),
    [
      ['A1', 1],
      ['A2', 0],
    ],
  );
  t.deepEqual(unknown, [{ id: 'Z9', title: 'A1 A1 Z9 works', place }]);
});

test('the document has every row of the specification and every fault that must not return', (t) => {
  const ids = readCoverage().rows.map(({ id }) => id);
  const range = (letter: string, last: number): string[] => Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);
  const all = [
    ...[...range('S', 7), ...range('E', 7), ...range('D', 7), ...range('W', 2), ...range('T', 2), ...range('M', 6)],
    ...[...range('C', 3), ...range('G', 3), ...range('U', 8), ...range('P', 2), ...range('N', 12)],
  ];
  t.deepEqual(ids, all);
});
