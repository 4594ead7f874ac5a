import test from 'ava';
import { figuresOf } from '../src/cloud/report.ts';
import { chartsOf } from '../src/evaluation/charts.ts';
import { BEGIN, END, pageOf, withPart } from '../src/evaluation/page.ts';
import { planOf } from '../src/evaluation/plan.ts';
import { type RunRecord, recordOf } from '../src/evaluation/record.ts';
import { chartSvg } from '../src/evaluation/svg.ts';

/** As if every run had given one answer a millisecond, each after 10 ms. */
function measured(small: boolean): ReadonlyMap<string, RunRecord> {
  return new Map(
    planOf(small).map((run) => {
      const answers = Array.from({ length: 200 }, (_, i) => {
        return { begun: 1_000 + i, back: 1_010 + i, ended: 1_012 + i, server: `s${1 + (i % 3)}` };
      });
      const killed = run.options.kill ? { at: 1_100, server: 's1' } : undefined;
      return [run.name, recordOf(run, { ...figuresOf(answers), answers, processes: [], killed })] as const;
    }),
  );
}

test('P1 P2 the plan has the original sizes, all policies, a kill, a slow server and the others to compare with', (t) => {
  const names = planOf(false).map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  for (const name of [
    'round-robin-100',
    'least-load-1000',
    'least-outstanding-10000',
    'killed-10000',
    'slow-round-robin-1000',
  ]) {
    t.true(names.includes(name), name);
  }
  for (const name of ['https-sharp-10000', 'https-pngjs-1000', 'original-1000', 'mysql-1000'])
    t.true(names.includes(name), name);
});

test('P1 a record: quantiles, and the answers of each server over time', (t) => {
  const record = measured(false).get('killed-100')!;
  t.is(record.quantiles.length, 101);
  t.deepEqual([record.quantiles[0], record.quantiles[50]], [10, 10]);
  t.is(record.killedAtMs, 100);
  const counts = Object.values(record.course.byServer).flat();
  t.is(
    counts.reduce((a, b) => a + b),
    200,
  );
});

test('P1 the figures of the original are drawn beside ours, and every picture is well-formed', (t) => {
  const charts = chartsOf(measured(false));
  t.deepEqual(Object.keys(charts), ['figure-27', 'figure-28', 'responses', 'servers', 'throughput', 'sizes']);
  t.deepEqual(charts['figure-27']!.lines[0]!.points, [
    [100, 2_285],
    [1_000, 2_400],
    [10_000, 2_570],
  ]);
  for (const [name, chart] of Object.entries(charts)) {
    const svg = chartSvg(chart);
    t.false(/NaN|Infinity|undefined/.test(svg), name);
    t.is(svg.match(/<polyline/g)?.length, chart.lines.length, name);
  }
});

test('P1 the page keeps what was written by hand', (t) => {
  const page = `before\n${BEGIN}\nold\n${END}\nafter\n`;
  const fresh = withPart(page, pageOf(measured(false), ['figure-27']));
  t.true(fresh.startsWith('before\n') && fresh.endsWith('after\n'));
  t.false(fresh.includes('old'));
  t.true(fresh.includes('| least-outstanding-10000 |'));
  t.true(fresh.includes('![figure-27](results/figure-27.svg)'));
  t.throws(() => withPart('no marks', ''), { message: /evaluation:begin/ });
});
