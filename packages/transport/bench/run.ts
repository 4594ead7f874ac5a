import { parseArgs } from 'node:util';
import { CONTENDERS, type ContenderName } from './contender.ts';
import { FULL, type Metric, measure, quantile, SMALL } from './measure.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    small: { type: 'boolean' },
    rounds: { type: 'string' },
    /** Comma-separated contenders instead of all; the first is the one that the others are compared with. */
    only: { type: 'string' },
  },
});
const sizes = values.small === true ? SMALL : FULL;
const contenders = (values.only?.split(',') ?? CONTENDERS) as readonly ContenderName[];

/** Interleaved rounds: what else the machine does meets everybody. Medians count. */
const figures = new Map<Metric, Map<ContenderName, number[]>>();
for (let round = 0; round < Number(values.rounds ?? sizes.rounds); round++) {
  for (const name of contenders) {
    for (const [metric, value] of await measure(name, sizes)) {
      const byName = figures.get(metric) ?? new Map<ContenderName, number[]>();
      byName.set(name, [...(byName.get(name) ?? []), value]);
      figures.set(metric, byName);
    }
  }
}

const [first, ...others] = contenders;
for (const [{ bench, metric, unit }, byName] of figures) {
  const median = (name: ContenderName): number => quantile(byName.get(name) ?? [], 0.5);
  const value = median(first!);
  for (const against of others.filter((name) => byName.has(name))) {
    const anchor = median(against);
    const ratio = value / anchor;
    if (values.json === true) console.log(JSON.stringify({ bench, metric, value, unit, against, anchor, ratio }));
    else
      console.log(
        `${`${bench} ${metric}`.padEnd(22)}${value.toFixed(1).padStart(10)} ${unit.padEnd(6)} ${ratio.toFixed(2)}× ${against} (${anchor.toFixed(1)})`,
      );
  }
}
