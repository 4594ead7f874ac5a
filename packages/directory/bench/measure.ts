import { median } from '@p2pimg/testkit/bench';

/** Calls per second of `call`, with so many at work all the time; each gets the number of its lane. */
export async function rateOf(
  concurrency: number,
  durationMs: number,
  call: (lane: number) => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  const end = start + durationMs;
  let calls = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, lane) => {
      do {
        await call(lane);
        calls++;
      } while (performance.now() < end);
    }),
  );
  return (calls * 1000) / (performance.now() - start);
}

/**
 * Both in turns, so that a busy machine slows them alike: the median rate of ours, and the median of the rounds' ratios.
 * The first round warms up.
 */
export async function compare(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ readonly rate: number; readonly ratio: number }> {
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const forwards = round % 2 === 0;
    const first = await (forwards ? ours : theirs)();
    const second = await (forwards ? theirs : ours)();
    if (round === 0) continue;
    const [rate, other] = forwards ? [first, second] : [second, first];
    rates.push(rate);
    ratios.push(rate / other);
  }
  return { rate: median(rates), ratio: median(ratios) };
}
