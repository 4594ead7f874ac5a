import { parseArgs } from 'node:util';
import type { ContenderName } from './contender.ts';
import { FULL, type Metric, measure, quantile, SMALL } from './measure.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, small: { type: 'boolean' } } });
const sizes = values.small === true ? SMALL : FULL;
const contenders: readonly ContenderName[] = ['ours', 'ours-dgram', 'tcp', 'tls'];

/** Interleaved rounds: what else the machine does meets everybody. Medians count. */
const figures = new Map<Metric, Map<ContenderName, number[]>>();
for (let round = 0; round < sizes.rounds; round++) {
  for (const name of contenders) {
    for (const [metric, value] of await measure(name, sizes)) {
      const byName = figures.get(metric) ?? new Map<ContenderName, number[]>();
      byName.set(name, [...(byName.get(name) ?? []), value]);
      figures.set(metric, byName);
    }
  }
}

for (const [{ bench, metric, unit }, byName] of figures) {
  const median = (name: ContenderName): number => quantile(byName.get(name) ?? [], 0.5);
  for (const against of contenders.slice(1)) {
    const value = median('ours');
    const ratio = value / median(against);
    if (values.json === true) {
      console.log(JSON.stringify({ bench, metric, value, unit, against, anchor: median(against), ratio }));
    } else {
      const line = [`${bench} ${metric}`.padEnd(22), value.toFixed(1).padStart(10), unit.padEnd(6)];
      console.log([...line, `${ratio.toFixed(2)}× ${against} (${median(against).toFixed(1)})`].join(' '));
    }
  }
}
