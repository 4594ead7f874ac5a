import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Contender, type ContenderName, LOOPBACK, type ServerAddress } from './contender.ts';
import { moduleOf } from './server.ts';

export interface Sizes {
  readonly bulkBytes: number;
  readonly exchanges: number;
  readonly inFlight: number;
  readonly opens: number;
  readonly roundTrips: number;
  readonly rounds: number;
}

export const FULL: Sizes = {
  bulkBytes: 64 << 20,
  exchanges: 2_000,
  inFlight: 50,
  opens: 150,
  roundTrips: 1_000,
  rounds: 3,
};
/** Small enough to run inside the tests, so that the benches never rot. */
export const SMALL: Sizes = { bulkBytes: 1 << 20, exchanges: 60, inFlight: 10, opens: 5, roundTrips: 20, rounds: 1 };

export interface Metric {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export const UP: number = 10 * 1024;
export const DOWN: number = 60 * 1024;
const OPENS_IN_FLIGHT = 4;

/** One round of each bench that the contender takes part in; the figures by bench and metric. */
export async function measure(name: ContenderName, sizes: Sizes): Promise<Map<Metric, number>> {
  const server = fork(new URL('./server.ts', import.meta.url), ['serve', name, LOOPBACK], {
    execArgv: process.execArgv,
  });
  try {
    const [address] = (await once(server, 'message')) as [ServerAddress];
    const contender = await moduleOf(name).connect(name, address);
    const figures = await all(contender, sizes);
    await contender.close();
    return figures;
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

type MetricName = 'bulk' | 'bulkCpu' | 'pool' | 'poolTail' | 'fresh' | 'open' | 'roundTrip' | 'roundTripTail';

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  bulk: { bench: 'bulk', metric: 'rate', unit: 'MB/s', better: 'more' },
  bulkCpu: { bench: 'bulk', metric: 'client CPU', unit: 'µs/KB', better: 'less' },
  pool: { bench: 'pool', metric: 'exchanges', unit: '1/s', better: 'more' },
  poolTail: { bench: 'pool', metric: 'p99', unit: 'ms', better: 'less' },
  fresh: { bench: 'fresh', metric: 'exchanges', unit: '1/s', better: 'more' },
  open: { bench: 'new session', metric: 'opened', unit: '1/s', better: 'more' },
  roundTrip: { bench: 'round trip', metric: 'p50', unit: 'µs', better: 'less' },
  roundTripTail: { bench: 'round trip', metric: 'p99', unit: 'µs', better: 'less' },
};

async function all(contender: Contender, sizes: Sizes): Promise<Map<Metric, number>> {
  const figures = new Map<Metric, number>();
  const exchange = contender.exchange?.bind(contender);
  const up = randomBytes(UP);
  // Everybody's code is warm before the clock runs.
  if (exchange !== undefined) await inFlight(sizes.inFlight, sizes.exchanges / 4, () => exchange(up, DOWN));
  await measureBulk(contender, sizes, figures);
  if (exchange !== undefined) {
    const pool: number[] = [];
    const one = async (): Promise<void> => void pool.push(await time(() => exchange(up, DOWN)));
    figures.set(METRICS.pool, await perSecond(sizes.exchanges, sizes.inFlight, one));
    figures.set(METRICS.poolTail, quantile(pool, 0.99));
  }
  const fresh = contender.fresh?.bind(contender);
  if (fresh !== undefined) {
    figures.set(METRICS.fresh, await perSecond(sizes.exchanges, sizes.inFlight, () => fresh(up, DOWN)));
  }
  const open = contender.open?.bind(contender);
  if (open !== undefined) figures.set(METRICS.open, await perSecond(sizes.opens, OPENS_IN_FLIGHT, open));
  const roundTrip = contender.roundTrip?.bind(contender);
  if (roundTrip !== undefined) {
    const trips: number[] = [];
    const little = randomBytes(100);
    for (let i = 0; i < sizes.roundTrips; i++) trips.push((await time(() => roundTrip(little))) * 1e3);
    figures.set(METRICS.roundTrip, quantile(trips, 0.5));
    figures.set(METRICS.roundTripTail, quantile(trips, 0.99));
  }
  return figures;
}

async function measureBulk(contender: Contender, sizes: Sizes, figures: Map<Metric, number>): Promise<void> {
  const bytes = randomBytes(sizes.bulkBytes);
  await contender.bulk(bytes.subarray(0, sizes.bulkBytes >> 1));
  const cpu = process.cpuUsage();
  const ms = await time(() => contender.bulk(bytes));
  const used = process.cpuUsage(cpu);
  figures.set(METRICS.bulk, sizes.bulkBytes / 1e3 / ms);
  figures.set(METRICS.bulkCpu, (used.user + used.system) / (sizes.bulkBytes / 1024));
}

async function perSecond(count: number, width: number, work: () => Promise<void>): Promise<number> {
  return (count / (await time(() => inFlight(width, count, work)))) * 1e3;
}

export async function inFlight(width: number, count: number, work: () => Promise<void>): Promise<void> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started++ < count) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
