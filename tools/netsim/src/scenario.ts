import type { Fault } from './faults.ts';
import type { TraceSink } from './trace.ts';

export interface ScenarioOptions {
  readonly seed: number;
  /** Instead of the schedule that the seed gives: for shrinking. */
  readonly faults?: readonly Fault[];
  readonly trace?: TraceSink;
}

export interface ScenarioResult {
  readonly hash: string;
  /** Broken invariants, in words; empty when the run is good. */
  readonly violations: readonly string[];
  /** The schedule of this run. */
  readonly faults: readonly Fault[];
  readonly virtualMs: number;
  readonly requests: number;
}

/** A world that can be run from a seed. A package offers its scenarios as `scenarios` in `test/scenarios.ts`. */
export interface Scenario {
  /** What happens and what must hold, in one sentence. */
  readonly about: string;
  readonly run: (options: ScenarioOptions) => ScenarioResult;
}

export interface SeedFailure {
  readonly seed: number;
  readonly violations: readonly string[];
  /** The one command that replays it. */
  readonly command: string;
}

export interface SweepResult {
  readonly seeds: number;
  readonly virtualMs: number;
  readonly requests: number;
  readonly faults: number;
  readonly failures: readonly SeedFailure[];
}

/**
 * Runs the seeds from … from + count − 1 of a scenario; stops after `maxFailures` (default 5).
 * @param name the full name, `<package>/<scenario>`, for the printed command
 */
export function sweep(name: string, scenario: Scenario, from: number, count: number, maxFailures = 5): SweepResult {
  const failures: SeedFailure[] = [];
  let seeds = 0;
  let virtualMs = 0;
  let requests = 0;
  let faults = 0;
  for (let seed = from; seed < from + count && failures.length < maxFailures; seed++) {
    const result = runSafely(scenario, { seed });
    seeds += 1;
    virtualMs += result.virtualMs;
    requests += result.requests;
    faults += result.faults.length;
    if (result.violations.length > 0) {
      failures.push({ seed, violations: result.violations, command: replayCommand(name, seed) });
    }
  }
  return { seeds, virtualMs, requests, faults, failures };
}

export function replayCommand(name: string, seed: number): string {
  return `pnpm sim --scenario ${name} --seed ${seed}`;
}

/** A thrown error is a violation too: it must be replayable like any other. */
export function runSafely(scenario: Scenario, options: ScenarioOptions): ScenarioResult {
  try {
    return scenario.run(options);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { hash: '', violations: [text], faults: options.faults ?? [], virtualMs: 0, requests: 0 };
  }
}
