import { type Bench, type BenchOptions, type Figure, median, race } from '@p2pimg/testkit/bench';
import type { Way } from './client.ts';
import { CONTENDERS, type ContenderName } from './contender.ts';
import { figureOf, type Metric } from './figures.ts';
import type { Match, Matches } from './match.ts';

interface Sizes {
  readonly bulkBytes: number;
  readonly exchanges: number;
  readonly inFlight: number;
  readonly opens: number;
  readonly roundTrips: number;
}

const FULL: Sizes = { bulkBytes: 64 << 20, exchanges: 1_000, inFlight: 50, opens: 60, roundTrips: 5_000 };
/** Small enough to run inside the tests, so that the benches never rot. */
const SMALL: Sizes = { bulkBytes: 1 << 20, exchanges: 20, inFlight: 10, opens: 5, roundTrips: 20 };
const OPENS_IN_FLIGHT = 4;
/** The run of exchanges or round trips that warms up is so many times as long, for everybody: who lives long has what is written in JavaScript compiled. */
const WARM_UP = 4;
/** And each turn begins with so many of them that do not count: whoever has waited for its turn finds its caches cold. */
const LEAD_IN = 0.25;

const RATE: Metric = { name: 'rate', unit: 'MB/s', better: 'more' };
const EXCHANGES: Metric = { name: 'exchanges', unit: '1/s', better: 'more' };
const OPENED: Metric = { name: 'opened', unit: '1/s', better: 'more' };
const TAIL: Metric = { name: 'p99', unit: 'ms', better: 'less' };
const TRIP: Metric = { name: 'p50', unit: 'µs', better: 'less' };
const TRIP_TAIL: Metric = { name: 'p99', unit: 'µs', better: 'less' };
const BULK_CPU: Metric = { name: 'CPU of both sides', unit: 'µs/KB', better: 'less' };
const CPU: Metric = { name: 'CPU of both sides', unit: 'µs', better: 'less' };

/** Values of all metrics for one run; each is the median over the runs at last. */
type Values = ReadonlyMap<Metric, number>;

/** The benches on loopback, each against everybody who can do it. */
export function benchesOf(matches: Matches): Readonly<Record<string, Bench>> {
  const of =
    (bench: string, way: Way, once: (match: Match, sizes: Sizes) => Promise<Values>): Bench =>
    (options) =>
      compete(matches, bench, way, once, options);
  return {
    bulk: of('bulk', 'bulk', bulk),
    pool: of('pool', 'exchange', (match, sizes) => exchanges(match, sizes, 'exchange')),
    fresh: of('fresh', 'fresh', (match, sizes) => exchanges(match, sizes, 'fresh')),
    'new-session': of('new session', 'open', newSessions),
    'round-trip': of('round trip', 'roundTrip', roundTrips),
  };
}

async function* compete(
  matches: Matches,
  bench: string,
  way: Way,
  once: (match: Match, sizes: Sizes) => Promise<Values>,
  { small, effort }: BenchOptions,
): AsyncGenerator<Figure> {
  const sizes = small ? SMALL : FULL;
  const warmUp: Sizes = small
    ? SMALL
    : { ...FULL, exchanges: FULL.exchanges * WARM_UP, roundTrips: FULL.roundTrips * WARM_UP };
  const runs = new Map<ContenderName, Values[]>();
  const contenders: { name: string; run: () => Promise<void> }[] = [];
  for (const name of CONTENDERS) {
    const match = await matches.get(name);
    if (!match.ways.includes(way)) continue;
    const own: Values[] = [];
    runs.set(name, own);
    contenders.push({
      name,
      run: async () => void own.push(await once(match, own.length === 0 ? warmUp : sizes)),
    });
  }
  await race(contenders, effort);
  // The first run of each warms up.
  const medianOf = (name: ContenderName, metric: Metric): number =>
    median(
      runs
        .get(name)!
        .slice(1)
        .map((values) => values.get(metric)!),
    );
  for (const metric of runs.get('ours')!.at(-1)!.keys()) {
    yield* figuresOf(bench, metric, [...runs.keys()], (name) => medianOf(name, metric));
  }
}

/** What each reached; ours with its ratio to all the others, and ours without offload, and without a cipher as well, to the bare socket. */
function figuresOf(
  bench: string,
  metric: Metric,
  names: readonly ContenderName[],
  medianFor: (name: ContenderName) => number,
): Figure[] {
  const figure = (name: ContenderName, against?: ContenderName): Figure =>
    figureOf(bench, metric, medianFor, name, against);
  const [, ...others] = names;
  const bare = names.includes('dgram') ? names.filter((name) => name === 'ours-dgram' || name === 'ours-plain') : [];
  return [
    ...others.map((name) => figure('ours', name)),
    ...bare.map((name) => figure(name, 'dgram')),
    ...others.map((name) => figure(name)),
  ];
}

async function bulk(match: Match, { bulkBytes }: Sizes): Promise<Values> {
  await match.ask('prepare', { bytes: bulkBytes });
  const { ms, bothMs } = await match.cost('bulk', {});
  return new Map([
    [RATE, bulkBytes / 1e3 / ms],
    [BULK_CPU, (bothMs * 1e3) / (bulkBytes / 1024)],
  ]);
}

async function exchanges(
  match: Match,
  { exchanges: count, inFlight }: Sizes,
  way: 'exchange' | 'fresh',
): Promise<Values> {
  await match.ask('exchanges', { way, count: Math.ceil(count * LEAD_IN), inFlight });
  const { perSecond, p99Ms, bothMs } = await match.cost('exchanges', { way, count, inFlight });
  return new Map([
    [EXCHANGES, perSecond],
    [TAIL, p99Ms],
    [CPU, (bothMs * 1e3) / count],
  ]);
}

async function newSessions(match: Match, { opens: count }: Sizes): Promise<Values> {
  const { perSecond } = await match.ask('opens', { count, inFlight: OPENS_IN_FLIGHT });
  return new Map([[OPENED, perSecond]]);
}

async function roundTrips(match: Match, { roundTrips: count }: Sizes): Promise<Values> {
  await match.ask('roundTrips', { count: Math.ceil(count * LEAD_IN) });
  const { p50Ms, p99Ms, bothMs } = await match.cost('roundTrips', { count });
  return new Map([
    [TRIP, p50Ms * 1e3],
    [TRIP_TAIL, p99Ms * 1e3],
    [CPU, (bothMs * 1e3) / count],
  ]);
}
