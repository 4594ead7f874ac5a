/** One figure, printed as a line of JSON with `--json`; `ratio` says how many times faster than `against`. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 'µs';
  readonly against?: string;
  readonly ratio?: number;
}

export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** Medians of `rounds` rounds, in which the contenders take turns so that a slow minute meets all of them. */
export async function race(bench: string, contenders: readonly Contender[], small: boolean): Promise<Figure[]> {
  const [rounds, roundMs] = small ? [1, 1] : [9, 60];
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { run }] of contenders.entries()) {
      await run(); // warm
      const start = performance.now();
      let count = 0;
      do {
        await run();
        count++;
      } while (performance.now() - start < roundMs);
      times[i]?.push(((performance.now() - start) * 1000) / count);
    }
  }
  const medians = times.map((values) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0);
  const against = contenders[0]?.name ?? '';
  return contenders.map(({ name }, i) => {
    const value = medians[i] ?? 0;
    return { bench, metric: name, value, unit: 'µs', against, ratio: (medians[0] ?? 0) / value };
  });
}

export function print(figures: readonly Figure[], json: boolean): void {
  for (const figure of figures) {
    const { bench, metric, value, unit } = figure;
    console.log(
      json
        ? JSON.stringify(figure)
        : `${bench.padEnd(10)} ${metric.padEnd(32)} ${value.toFixed(1).padStart(12)} ${unit}`,
    );
  }
}
