/** The runs of the evaluation, by name. */

import { type CloudBenchOptions, DEFAULTS, POLICIES } from '../cloud/options.ts';

export type Contender = 'p2pimg' | 'https-sharp' | 'https-pngjs' | 'original';

export interface PlannedRun {
  /** A file's name. */
  readonly name: string;
  readonly contender: Contender;
  readonly options: CloudBenchOptions;
}

/** The original's numbers of requests. */
export const SIZES = [100, 1_000, 10_000] as const;
/** Rounds of what is compared at the largest size, one after the other. */
const ROUNDS = 3;
const SLOW_MS = 50;
export const KILOBYTES = [10, 100, 1_000, 10_000] as const;

/** @param small few requests: shows that everything runs, measures nothing */
export function planOf(small: boolean): readonly PlannedRun[] {
  const shrunk = (options: CloudBenchOptions): CloudBenchOptions =>
    small ? { ...options, n: Math.min(30, options.n), warmUp: 0, bytes: Math.min(50_000, options.bytes) } : options;
  const run = (name: string, changes: Partial<CloudBenchOptions>, contender: Contender = 'p2pimg'): PlannedRun => ({
    name,
    contender,
    options: shrunk({ ...DEFAULTS, built: contender === 'p2pimg' && !small, ...changes }),
  });
  const bySize = SIZES.flatMap((n) => [
    ...POLICIES.map((policy) => run(`${policy}-${n}`, { n, policy })),
    run(`killed-${n}`, { n, kill: true }),
    run(`https-sharp-${n}`, { n }, 'https-sharp'),
    run(`original-${n}`, { n }, 'original'),
  ]);
  const most = SIZES.at(-1)!;
  const rounds = Array.from({ length: ROUNDS - 1 }, (_, i) => i + 2).flatMap((round) => [
    run(`round-robin-${most}-round-${round}`, { n: most, policy: 'round-robin' }),
    run(`least-outstanding-${most}-round-${round}`, { n: most }),
    run(`https-sharp-${most}-round-${round}`, { n: most }, 'https-sharp'),
  ]);
  return [
    ...bySize,
    ...rounds,
    run('https-pngjs-1000', { n: 1_000 }, 'https-pngjs'),
    run('mysql-1000', { n: 1_000, directory: 'mysql' }),
    ...POLICIES.map((policy) => run(`slow-${policy}-1000`, { n: 1_000, policy, slowMs: SLOW_MS })),
    ...[1, 2, 4].map((servers) => run(`servers-${servers}`, { n: 1_000, servers })),
    ...[1, 2, 4].map((clients) => run(`clients-${clients}`, { n: 1_000, clients })),
    ...KILOBYTES.map((kilobytes) =>
      run(`kilobytes-${kilobytes}`, { n: 20_000 / kilobytes, warmUp: 20, bytes: kilobytes * 1_024, inFlight: 6 }),
    ),
  ];
}
