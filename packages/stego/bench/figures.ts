import type { Contender, Figure, Lap } from '@p2pimg/testkit/bench';

/** What its run returns is the size of what it made, in bytes; nothing where that is not the point. */
export type Encoder = Contender<number | undefined>;

/** Time and size of each, against the one called `against`; as a ratio of sizes, less is better. */
export function figuresOf(bench: string, laps: readonly Lap<number | undefined>[], against: string): Figure[] {
  const reference = laps.find(({ name }) => name === against)!;
  return laps.flatMap(({ name, ms, result: bytes }) => {
    const time = { bench, metric: `${name}: time`, value: ms, unit: 'ms', against, ratio: reference.ms / ms };
    if (bytes === undefined) return [time];
    const ratio = bytes / (reference.result ?? bytes);
    return [time, { bench, metric: `${name}: size`, value: bytes, unit: 'bytes', against: `${against}, bytes`, ratio }];
  });
}
