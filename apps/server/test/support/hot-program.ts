/** Prints after how many calls, of 5,000 at a time, V8's last compiler had a function; 0 when not within 400,000. */

import { setFlagsFromString } from 'node:v8';
import { optimizeLate } from '../../src/late-optimization.ts';

/** Of `%GetOptimizationStatus`: the function has code of the last compiler. */
const TURBOFANNED = 1 << 5;

setFlagsFromString('--allow-natives-syntax');
// At once, in this thread: how long another thread takes is not what is looked at.
setFlagsFromString('--no-concurrent-recompilation');
if (process.argv[2] === 'late') optimizeLate();

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

let calls = 0;
do {
  call(5_000);
  calls += 5_000;
} while ((statusOf(hot) & TURBOFANNED) === 0 && calls < 400_000);
console.log((statusOf(hot) & TURBOFANNED) === 0 ? 0 : calls);
