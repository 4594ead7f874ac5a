/** One line of `--json`. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | '%' | 'events/s' | 'requests';
  readonly against?: string;
  /** How many times better than `against`. */
  readonly ratio?: number;
}

/** Median over `rounds` of the mean time of one call, in µs. */
export function timeOf(call: () => unknown, small: boolean): number {
  const [rounds, calls] = small ? [3, 200] : [15, 50_000];
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    if (round > 0) times.push(((performance.now() - start) * 1_000) / calls); // the first round warms up
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
