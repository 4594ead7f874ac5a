/** One figure, printed as a line of JSON with `--json`. Times are medians; `ratio` says how much better than `against`. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 'ms' | 'bytes' | 'dB' | 'ssim' | 'MiB';
  readonly against?: string;
  readonly ratio?: number;
}

export interface Contender {
  readonly name: string;
  /** Whole operation, once. What it returns is its size in bytes, or nothing. */
  readonly run: () => number | undefined | Promise<number | undefined>;
}

export interface Effort {
  readonly rounds: number;
  /** Milliseconds that one contender may take in one round. */
  readonly roundMs: number;
}

export const fullEffort: Effort = { rounds: 9, roundMs: 60 };
export const smallEffort: Effort = { rounds: 1, roundMs: 1 };

export interface Measured {
  readonly name: string;
  readonly ms: number;
  readonly bytes: number | undefined;
}

/**
 * Runs the contenders in turn, round after round, so that a slower or faster minute of the machine meets all of them;
 * the first round warms up and does not count.
 */
export async function race(contenders: readonly Contender[], { rounds, roundMs }: Effort): Promise<Measured[]> {
  const times = contenders.map((): number[] => []);
  const sizes = new Map<string, number | undefined>();
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { name, run }] of contenders.entries()) {
      let count = 0;
      const start = performance.now();
      let elapsed = 0;
      do {
        sizes.set(name, await run());
        count++;
        elapsed = performance.now() - start;
      } while (elapsed < roundMs);
      if (round > 0 || rounds === 0) times[i]!.push(elapsed / count);
    }
  }
  return contenders.map(({ name }, i) => ({ name, ms: median(times[i]!), bytes: sizes.get(name) }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Figures of a race, each against the contender called `against`. */
export function figures(bench: string, results: readonly Measured[], against: string): Figure[] {
  const reference = results.find(({ name }) => name === against)!;
  return results.flatMap(({ name, ms, bytes }) => [
    { bench, metric: `${name}: time`, value: ms, unit: 'ms' as const, against, ratio: reference.ms / ms },
    ...(bytes === undefined
      ? []
      : [
          {
            bench,
            metric: `${name}: size`,
            value: bytes,
            unit: 'bytes' as const,
            against,
            ratio: bytes / (reference.bytes ?? bytes),
          },
        ]),
  ]);
}
