import { parseArgs } from 'node:util';
import { quantile } from '../measure.ts';
import { PATHS, type PathName } from './conditions.ts';
import { whyNoLink } from './link.ts';
import { bulkOver, FULL_LINK, poolOver, SMALL_LINK, shareOver, type Traveller } from './measure.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    small: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    /** Comma-separated paths, travellers and benches (bulk, pool, share) instead of all. */
    paths: { type: 'string' },
    only: { type: 'string' },
    benches: { type: 'string' },
  },
});
const chosen = <T extends string>(list: string | undefined, all: readonly T[]): readonly T[] =>
  (list?.split(',') as T[] | undefined) ?? all;
const sizes = {
  ...(values.small === true ? SMALL_LINK : FULL_LINK),
  ...(values.seconds === undefined ? {} : { seconds: Number(values.seconds) }),
};
const rounds = Number(values.rounds ?? sizes.rounds);
const paths = chosen(values.paths, Object.keys(PATHS) as PathName[]);
const travellers = chosen<Traveller>(values.only, ['ours', 'udx', 'quinn', 'tcp-cubic', 'tcp-bbr']);
const benches = chosen(values.benches, ['bulk', 'pool', 'share']);

const median = (figures: readonly number[]): number => quantile(figures, 0.5);

function print(bench: string, metric: string, unit: string, byName: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, figures] of byName) {
    const value = median(byName.get('ours') ?? figures);
    const anchor = median(figures);
    const ratio = value / anchor;
    if (values.json === true) console.log(JSON.stringify({ bench, metric, value, unit, against: name, anchor, ratio }));
    else {
      const all = figures.map((figure) => figure.toPrecision(3)).join(' ');
      console.log(
        `${`${bench}, ${metric}`.padEnd(36)}${name.padEnd(10)}${anchor.toPrecision(4).padStart(8)} ${unit.padEnd(7)} ours is ${ratio.toFixed(2)}×  [${all}]`,
      );
    }
  }
}

/** Interleaved: each round has everybody. */
async function collect(
  names: readonly Traveller[],
  measure: (name: Traveller, round: number) => Promise<readonly number[]>,
): Promise<ReadonlyMap<string, number[]>[]> {
  const columns: Map<string, number[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      for (const [i, figure] of (await measure(name, round)).entries()) {
        columns[i] ??= new Map();
        columns[i].set(name, [...(columns[i].get(name) ?? []), figure]);
      }
    }
  }
  return columns;
}

const why = whyNoLink();
if (why !== undefined) {
  console.log(values.json === true ? JSON.stringify({ bench: 'link', skipped: why }) : `no link: ${why}`);
  process.exit(0);
}

if (benches.includes('bulk')) {
  for (const path of paths) {
    const [rate, repeated, spurious] = await collect(travellers, async (name, round) => {
      const figures = await bulkOver(path, name, sizes, round + 1);
      const shares = [figures.repeated, figures.spurious].filter((share) => share !== undefined);
      return [figures.megabitsPerSecond, ...shares.map((share) => share * 100)];
    });
    print(`link: ${path}`, 'bulk', 'Mbit/s', rate!);
    if (repeated !== undefined) print(`link: ${path}`, 'sent twice', '%', repeated);
    if (spurious !== undefined) print(`link: ${path}`, 'in vain', '%', spurious);
  }
}
if (benches.includes('pool')) {
  const names = travellers.filter((name) => name === 'ours' || name === 'udx');
  const [rate, tail] = await collect(names, async (name, round) => {
    const { perSecond, p99Ms } = await poolOver('1 % loss', name, sizes, round + 1);
    return [perSecond, p99Ms];
  });
  print('link: 1 % loss', 'pool', '1/s', rate!);
  print('link: 1 % loss', 'pool p99', 'ms', tail!);
}
if (benches.includes('share')) {
  for (const other of ['ours', 'tcp-bbr', 'tcp-cubic'] as const) {
    const [share] = await collect(['ours'], async (_, round) => [
      await shareOver('clean', ['ours', other], sizes, round + 1),
    ]);
    print('link: clean', `share beside ${other}`, '', share!);
  }
}
