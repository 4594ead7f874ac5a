import test from 'ava';
import { METRICS, measure, SMALL } from '../../bench/measure.ts';

for (const name of ['ours', 'tls'] as const) {
  test(`T1 the benches run against ${name}`, async (t) => {
    const figures = await measure(name, SMALL);
    t.is(figures.size, Object.keys(METRICS).length);
    for (const [metric, value] of figures) t.true(value > 0, metric.bench);
  });
}
