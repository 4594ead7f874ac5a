import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { type Figure, median, parseFigures, quantile, race, readable, smallRun } from '../src/bench/index.ts';
import { runNode, tempDir } from '../src/index.ts';

const FIGURE: Figure = { bench: 'b', metric: 'm', value: 1.5, unit: 'ms', against: 'the other', ratio: 2 };

test('contenders take turns, and the first round does not count', async (t) => {
  const turns: string[] = [];
  const contender = (name: string) => ({ name, run: () => turns.push(name) });
  const laps = await race([contender('a'), contender('b')], { rounds: 2, roundMs: 0 });
  t.deepEqual(turns, ['a', 'b', 'a', 'b', 'a', 'b']);
  t.deepEqual(
    laps.map(({ name, result }) => [name, result]),
    [
      ['a', 5],
      ['b', 6],
    ],
  );
  t.true(laps.every(({ ms }) => ms >= 0));
});

test('quantiles are values that were measured', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(quantile([3, 1, 2], 0), 1);
  t.is(quantile([3, 1, 2], 1), 3);
  t.throws(() => median([]), { instanceOf: RangeError });
});

test('figures are found among lines for people', (t) => {
  t.deepEqual(parseFigures(`warming up\n${JSON.stringify(FIGURE)}\n{"bench":1}\n{no\n`), [FIGURE]);
  t.regex(readable(FIGURE), /^b +m +1\.5 ms {2}2\.00 × the other$/);
});

test('a program of benches runs all or the named ones, and refuses what it does not know', async (t) => {
  await using folder = await tempDir();
  const program = folder.at('run.ts');
  const kit = new URL('../src/bench/index.ts', import.meta.url).href;
  await writeFile(
    program,
    `import { runBenches } from '${kit}';
     const one = (bench: string) => ({ effort }: { effort: { rounds: number } }) => [{ bench, metric: 'rounds', value: effort.rounds, unit: '' }];
     await runBenches({ first: one('first'), second: one('second') });`,
  );
  t.deepEqual(
    (await smallRun(program)).map(({ bench, value }) => [bench, value]),
    [
      ['first', 1],
      ['second', 1],
    ],
  );
  t.deepEqual(
    (await smallRun(program, ['second'])).map(({ bench }) => bench),
    ['second'],
  );
  t.regex((await runNode(program, ['first'])).stdout, /^first +rounds +9 *\n$/);
  for (const args of [['third'], ['--fast']]) {
    const { code, stdout, stderr } = await runNode(program, args);
    t.deepEqual([code, stdout], [2, '']);
    t.regex(stderr, /(third|--fast)[\s\S]*first \| second/);
  }
  await t.throwsAsync(smallRun(program, ['third']), { message: /ended with 2/ });
});
