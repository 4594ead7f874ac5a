/** One line of `--json`. `ratio` says how many times the rate of `against` was reached. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 'calls/s' | 'ms' | 'ratio' | 'MiB';
  readonly against?: string;
  readonly ratio?: number;
}

/** Calls per second of `call`, with so many at work all the time. */
export async function rateOf(concurrency: number, durationMs: number, call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const end = start + durationMs;
  let calls = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < end) {
        await call();
        calls++;
      }
    }),
  );
  return (calls * 1000) / (performance.now() - start);
}

/** Both in turns, so that a busy machine slows them alike; the median of the rounds of each. */
export async function compare(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ readonly ours: number; readonly theirs: number }> {
  const results: { ours: number; theirs: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const result = { theirs: await theirs(), ours: await ours() };
    if (round > 0) results.push(result); // the first round warms up
  }
  const median = (of: 'ours' | 'theirs'): number =>
    results.map((result) => result[of]).sort((a, b) => a - b)[rounds >> 1]!;
  return { ours: median('ours'), theirs: median('theirs') };
}
