/** `pnpm bench [--json] [--small] [calls | online-list | processes …]` */

import process from 'node:process';
import { parseArgs } from 'node:util';
import { callFigures } from './calls.ts';
import type { Figure } from './measure.ts';
import { onlineListFigures } from './online-list.ts';
import { processFigures } from './processes.ts';

const benches: Readonly<Record<string, (small: boolean) => Promise<Figure[]>>> = {
  calls: callFigures,
  'online-list': onlineListFigures,
  processes: processFigures,
};

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, small: { type: 'boolean', default: false } },
  allowPositionals: true,
});

for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const figure of await bench(values.small)) {
    const { bench: title, metric, value, unit, ratio, against } = figure;
    const compared = ratio === undefined ? '' : `  ${ratio.toFixed(2)} × ${against}`;
    const line = `${title.padEnd(28)} ${metric.padEnd(32)} ${value.toFixed(unit === 'ratio' ? 2 : 1).padStart(10)} ${unit}${compared}`;
    process.stdout.write(`${values.json ? JSON.stringify(figure) : line}\n`);
  }
}
