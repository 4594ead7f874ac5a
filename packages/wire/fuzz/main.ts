/** `pnpm fuzz [--runs N] [--seed S]` */

import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const runs = Number(values.runs ?? 50_000_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const started = performance.now();
console.log(`${runs} mutated inputs, seed ${seed}`);
const report = fuzz(seed, runs, (done) => {
  if (done % 5_000_000 === 0) console.log(`${done} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
});
if (report.finding === undefined) {
  console.log(`${report.runs} inputs, every one a value or a typed error`, report.byTarget);
} else {
  const { target, input, error } = report.finding;
  console.error(`${target} failed at input ${report.runs}: pnpm fuzz --seed ${seed} --runs ${report.runs}\n${input}`);
  console.error(error);
  process.exitCode = 1;
}
