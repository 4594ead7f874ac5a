export { type Figure, parseFigures, readable } from './figure.ts';
export { type Bench, type BenchOptions, runBenches } from './program.ts';
export { type Contender, type Effort, FULL_EFFORT, type Lap, median, quantile, race, SMALL_EFFORT } from './race.ts';
export { smallRun } from './small-run.ts';
