import { parseArgs } from 'node:util';
import { runBenches } from './benches.ts';
import { type Figure, fullEffort, smallEffort } from './measure.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

for await (const figure of runBenches(values.small ? smallEffort : fullEffort, values.only)) {
  console.log(values.json ? JSON.stringify(figure) : readable(figure));
}

function readable({ bench, metric, value, unit, against, ratio }: Figure): string {
  const digits = unit === 'bytes' ? 0 : unit === 'ms' ? 4 : 2;
  const comparison =
    ratio === undefined ? '' : `  ${ratio.toFixed(2)}× ${unit === 'bytes' ? 'the size' : 'the speed'} of ${against}`;
  return `${bench.padEnd(26)} ${metric.padEnd(44)} ${value.toFixed(digits).padStart(12)} ${unit}${comparison}`;
}
