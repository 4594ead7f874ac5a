export interface Contender<T = unknown> {
  readonly name: string;
  /** The whole operation, once. */
  readonly run: () => T | Promise<T>;
}

export interface Effort {
  /** Rounds that count, ≥ 1; one more warms up. */
  readonly rounds: number;
  /** How long each contender works in a round, in ms; at least one run. */
  readonly roundMs: number;
}

export interface Lap<T = unknown> {
  readonly name: string;
  /** Median over the rounds of the mean time of one run. */
  readonly ms: number;
  /** What its last run returned. */
  readonly result: T;
}

export const FULL_EFFORT: Effort = { rounds: 9, roundMs: 60 };
/** Shows that everything runs; measures nothing. */
export const SMALL_EFFORT: Effort = { rounds: 1, roundMs: 1 };

/** Runs the contenders in turns, round after round, so that a slow minute of the machine meets all of them. */
export async function race<T>(contenders: readonly Contender<T>[], { rounds, roundMs }: Effort): Promise<Lap<T>[]> {
  const times = contenders.map((): number[] => []);
  const results: T[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { run }] of contenders.entries()) {
      let count = 0;
      let elapsed = 0;
      const start = performance.now();
      do {
        results[i] = await run();
        count++;
        elapsed = performance.now() - start;
      } while (elapsed < roundMs);
      if (round > 0) times[i]!.push(elapsed / count);
    }
  }
  return contenders.map(({ name }, i) => ({ name, ms: median(times[i]!), result: results[i]! }));
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of all lies, by nearest rank. @param values at least one @param q 0 … 1 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}
