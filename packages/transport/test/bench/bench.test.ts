import test from 'ava';
import { CONTENDERS } from '../../bench/contender.ts';
import { METRICS, measure, SMALL } from '../../bench/measure.ts';

for (const name of CONTENDERS) {
  test(`T1 the benches run against ${name}`, async (t) => {
    const figures = await measure(name, SMALL);
    t.true(figures.size > 0);
    if (name === 'ours') t.is(figures.size, Object.keys(METRICS).length);
    for (const [metric, value] of figures) t.true(value > 0, metric.bench);
  });
}
