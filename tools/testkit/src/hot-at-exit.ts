/** See `HOT_AT_EXIT`. */

import { writeSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';

/** Of `%GetOptimizationStatus`: the function has code of the last compiler. */
const TURBOFANNED = 1 << 5;
const CALLS_AT_A_TIME = 5_000;
const MOST_CALLS = 20_000_000;

process.on('exit', () => writeSync(process.stderr.fd, `hot after ${callsUntilOptimized()} calls\n`));

function callsUntilOptimized(): number {
  setFlagsFromString('--allow-natives-syntax');
  // At once, in this thread: how long another thread takes is not what is looked at.
  setFlagsFromString('--no-concurrent-recompilation');
  const doNotOptimize = new Function('f', '%NeverOptimizeFunction(f)') as (f: object) => void;
  const statusOf = new Function('f', 'return %GetOptimizationStatus(f)') as (f: object) => number;
  const sums = new Float64Array(64);

  /** Without a loop: one that runs long is compiled for itself. */
  function hot(at: number): void {
    const place = at % sums.length;
    sums[place] = (sums[place] ?? 0) + at;
  }

  /** Does not take the function into its own code. */
  function call(times: number): void {
    for (let i = 0; i < times; i++) hot(i);
  }
  doNotOptimize(call);

  for (let calls = CALLS_AT_A_TIME; calls <= MOST_CALLS; calls += CALLS_AT_A_TIME) {
    call(CALLS_AT_A_TIME);
    if ((statusOf(hot) & TURBOFANNED) !== 0) return calls;
  }
  return 0;
}
