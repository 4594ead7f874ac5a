/** `pnpm bench:link [--json] [--small] [clean | loss-1 | loss-5 | reordered | pool | share | line]…`: an emulated link; Linux, root. */

import process from 'node:process';
import { type Bench, type Figure, median, runBenches } from '@p2pimg/testkit/bench';
import { figureOf, type Metric } from '../figures.ts';
import { PATHS, type PathName } from './conditions.ts';
import { whyNoLink } from './link.ts';
import {
  bulkOver,
  FULL_LINK,
  type LinkSizes,
  lineOver,
  poolOver,
  SMALL_LINK,
  shareOver,
  type Traveller,
} from './measure.ts';

const RATE: Metric = { name: 'rate', unit: 'Mbit/s', better: 'more' };
const REPEATED: Metric = { name: 'sent twice', unit: '%', better: 'less' };
const SPURIOUS: Metric = { name: 'in vain', unit: '%', better: 'less' };
const EXCHANGES: Metric = { name: 'exchanges', unit: '1/s', better: 'more' };
const TAIL: Metric = { name: 'p99', unit: 'ms', better: 'less' };

type Values = readonly (readonly [Metric, number])[];

/** Interleaved: each round has everybody. */
async function* compete(
  bench: string,
  names: readonly Traveller[],
  { rounds }: LinkSizes,
  once: (name: Traveller, seed: number) => Promise<Values>,
): AsyncGenerator<Figure> {
  const all = new Map<Metric, Map<Traveller, number[]>>();
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      for (const [metric, value] of await once(name, round)) {
        const byName = all.get(metric) ?? new Map<Traveller, number[]>();
        all.set(metric, byName.set(name, [...(byName.get(name) ?? []), value]));
      }
    }
  }
  for (const [metric, byName] of all) {
    const medianFor = (name: Traveller): number => median(byName.get(name)!);
    const others = [...byName.keys()].filter((name) => name !== 'ours');
    for (const name of others) yield figureOf(bench, metric, medianFor, 'ours', name);
    for (const name of others) yield figureOf(bench, metric, medianFor, name);
    if (others.length === 0) yield figureOf(bench, metric, medianFor, 'ours');
  }
}

const bulk =
  (path: PathName): Bench =>
  ({ small }) => {
    const sizes = small ? SMALL_LINK : FULL_LINK;
    const travellers = ['ours', 'udx', 'quinn', 'tcp-cubic', 'tcp-bbr'] as const;
    return compete(`link: ${path}`, travellers, sizes, async (name, seed) => {
      const { megabitsPerSecond, repeated, spurious } = await bulkOver(path, name, sizes, seed);
      const shares = [
        [REPEATED, repeated],
        [SPURIOUS, spurious],
      ] as const;
      const known = shares.flatMap(([metric, share]) => (share === undefined ? [] : [[metric, share * 100] as const]));
      return [[RATE, megabitsPerSecond], ...known];
    });
  };

const pool: Bench = ({ small }) => {
  const sizes = small ? SMALL_LINK : FULL_LINK;
  return compete('link: pool, loss-1', ['ours', 'udx'], sizes, async (name, seed) => {
    const { perSecond, p99Ms } = await poolOver('loss-1', name, sizes, seed);
    return [
      [EXCHANGES, perSecond],
      [TAIL, p99Ms],
    ];
  });
};

/** Our share of what two flows carry together. */
const share: Bench = async function* ({ small }) {
  const sizes = small ? SMALL_LINK : FULL_LINK;
  for (const other of ['ours', 'tcp-bbr', 'tcp-cubic'] as const) {
    const shares: number[] = [];
    for (let round = 1; round <= sizes.rounds; round++) {
      shares.push(await shareOver('clean', ['ours', other], sizes, round));
    }
    for (const [metric, value] of [
      ['least', Math.min(...shares)],
      ['median', median(shares)],
      ['most', Math.max(...shares)],
    ] as const) {
      yield { bench: `link: share beside ${other}`, metric, value, unit: 'of 1', against: 'half', ratio: value * 2 };
    }
  }
};

/** What the line carries of datagrams as large as ours, and as the largest that udx sends, with no control at all. */
const line: Bench = async function* ({ small }) {
  const sizes = small ? SMALL_LINK : FULL_LINK;
  for (const [bytes, payload] of [
    [1_024, 992],
    [1_472, 1_452],
  ] as const) {
    const values: number[] = [];
    for (let round = 1; round <= sizes.rounds; round++) {
      values.push(await lineOver('loss-1', { bytes, payload }, sizes, round));
    }
    const value = median(values);
    yield {
      bench: 'link: line, loss-1',
      metric: `${bytes} bytes`,
      value,
      unit: 'Mbit/s',
      against: 'line',
      ratio: value / 100,
    };
  }
};

const why = whyNoLink();
if (why === undefined) {
  const paths = Object.keys(PATHS) as PathName[];
  await runBenches({ ...Object.fromEntries(paths.map((path) => [path, bulk(path)])), pool, share, line });
} else process.stderr.write(`no link: ${why}\n`);
