/** `pnpm sim`: runs the packages' scenarios. */
import { parseArgs } from 'node:util';
import { shrinkFaults } from './faults.ts';
import { loadScenarios } from './load-scenarios.ts';
import { replayCommand, runSafely, type Scenario, sweep } from './scenario.ts';

const USAGE = `pnpm sim --list                                   what there is
pnpm sim --scenario election/chaos --seed 42      replays one seed with its trace; shrinks its faults if it fails
pnpm sim --scenario election/chaos --seeds 1000 --from 1
pnpm sim --seeds 1000 --from 1                    every scenario

--quiet leaves the trace out. Exit code 0: all held. 1: an invariant broke. 2: the command line was wrong.`;

class UsageError extends Error {}

function wholeNumber(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} wants a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

function replay(name: string, scenario: Scenario, seed: number, quiet: boolean): boolean {
  const print = (line: string): void => console.log(line);
  const result = runSafely(scenario, quiet ? { seed } : { seed, trace: print });
  console.log(
    `\n${name} seed ${seed}: hash ${result.hash}, ${result.virtualMs} virtual ms, ${result.requests} requests`,
  );
  if (result.violations.length === 0) {
    console.log(`all invariants held with ${result.faults.length} faults`);
    return true;
  }
  const fails = (faults: typeof result.faults): boolean => runSafely(scenario, { seed, faults }).violations.length > 0;
  const smallest = shrinkFaults(result.faults, fails);
  for (const violation of result.violations) console.log(`BROKEN  ${violation}`);
  console.log(`fails with ${smallest.length} of ${result.faults.length} faults:`);
  for (const fault of smallest) console.log(`  ${JSON.stringify(fault)}`);
  return false;
}

function sweepAll(chosen: readonly (readonly [string, Scenario])[], from: number, seeds: number): boolean {
  let good = true;
  for (const [name, scenario] of chosen) {
    const started = performance.now();
    const result = sweep(name, scenario, from, seeds);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const totals = `${result.seeds} seeds, ${(result.virtualMs / 1000).toFixed(0)} virtual s, ${result.requests} requests, ${result.faults} faults`;
    console.log(`${name}: ${totals}, ${result.failures.length} failed, in ${seconds} s`);
    for (const failure of result.failures) {
      good = false;
      console.log(`  seed ${failure.seed}: ${failure.violations[0]}\n    ${failure.command}`);
    }
  }
  return good;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  const all = await loadScenarios(values.scenario);
  if (values.list) {
    for (const [name, { about }] of all) console.log(`${name.padEnd(28)} ${about}`);
    return true;
  }
  const wanted = values.scenario;
  const chosen = [...all].filter(([name]) => wanted === undefined || name === wanted);
  if (chosen.length === 0)
    throw new UsageError(`no scenario ${JSON.stringify(wanted)}; there are: ${[...all.keys()].join(', ')}`);
  if (values.seed === undefined) {
    return sweepAll(chosen, wholeNumber(values.from, 'from', 1), wholeNumber(values.seeds, 'seeds', 100));
  }
  const seed = wholeNumber(values.seed, 'seed', 1);
  const results = chosen.map(([name, scenario]) => {
    console.log(`# ${replayCommand(name, seed)}`);
    return replay(name, scenario, seed, values.quiet);
  });
  return results.every(Boolean);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!usage) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
