/** `pnpm fuzz`: exit code 0 all held, 1 a finding, 2 a wrong command line. */

import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const DEFAULT_RUNS = 50_000_000;
const USAGE = `pnpm fuzz [--runs N] [--seed S]

Feeds N (default ${DEFAULT_RUNS}) mutated inputs to every decoder; the seed (default: by the clock) draws the same ones again.`;

class UsageError extends Error {}

process.exitCode = main();

function main(): number {
  try {
    const { help, runs, seed } = readOptions();
    if (!help) return run(runs, seed);
    console.log(USAGE);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
    if (!usage) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

function readOptions(): { readonly help: boolean; readonly runs: number; readonly seed: number } {
  const text = { type: 'string' } as const;
  const options = { runs: text, seed: text, help: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ options });
  const whole = (name: 'runs' | 'seed', fallback: number): number => {
    const given = values[name] ?? String(fallback);
    if (!/^\d{1,10}$/.test(given)) throw new UsageError(`--${name} wants a whole number, not ${JSON.stringify(given)}`);
    return Number(given);
  };
  return { help: values.help, runs: whole('runs', DEFAULT_RUNS), seed: whole('seed', Date.now() % 2 ** 32) };
}

function run(runs: number, seed: number): number {
  const started = performance.now();
  console.log(`${runs} mutated inputs, seed ${seed}`);
  const report = fuzz(seed, runs, (done) => {
    if (done % 5_000_000 === 0) console.log(`${done} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  });
  if (report.finding === undefined) {
    console.log(`${report.runs} inputs, every one a value or a typed error`, report.byTarget);
    return 0;
  }
  const { target, input, error } = report.finding;
  console.error(`${target} failed at input ${report.runs}: pnpm fuzz --seed ${seed} --runs ${report.runs}\n${input}`);
  console.error(error);
  return 1;
}
