import test, { type ExecutionContext } from 'ava';
import { Bbr } from '../src/core/recovery/bbr.ts';
import type { CongestionController } from '../src/core/recovery/congestion.ts';
import { BareFlow, BareLink } from './congestion/bare-flows.ts';
import { Bbr1 } from './congestion/bbr1.ts';
import { CLEAN, type PathConditions } from './congestion/shared-link.ts';

/** Shares of a line from many seeds, with loops that come round at once and with loops that take up to 3 ms, as on a busy machine. */
const LONG = process.env.P2PIMG_LONG === '1';
const LOOPS_MS = [0, 3] as const;
const SEEDS: readonly number[] = Array.from({ length: LONG ? 60 : 12 }, (_, i) => i + 1);

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))]!;

interface Shares {
  /** The first flow's share in four seconds, one second after the second flow began, and in the last of them. */
  readonly all: readonly number[];
  readonly last: readonly number[];
}

function shares(
  t: ExecutionContext,
  loopMs: number,
  apartMs: number,
  rival: (link: BareLink) => CongestionController,
): Shares {
  const all: number[] = [];
  const last: number[] = [];
  for (const seed of SEEDS) {
    const link = new BareLink(seed, CLEAN, loopMs);
    const first = new BareFlow(link, new Bbr());
    link.run(apartMs * (0.5 + link.random() / 2));
    const second = new BareFlow(link, rival(link));
    const start = link.now;
    const between = (from: number, to: number): number => {
      link.run(start + from);
      const before = [first.received, second.received] as const;
      link.run(start + to);
      const [mine, its] = [first.received - before[0], second.received - before[1]];
      return mine / (mine + its);
    };
    const early = between(1_000, 4_000);
    const late = between(4_000, 5_000);
    all.push((3 * early + late) / 4);
    last.push(late);
  }
  for (const values of [all, last]) t.log([0, 0.1, 0.5, 0.9, 1].map((q) => quantile(values, q).toFixed(2)).join(' '));
  return { all, last };
}

for (const loopMs of LOOPS_MS) {
  const said = `${SEEDS.length} seeds, loops of ${loopMs} ms`;
  test(`T1 ${said}: two of our flows that begin together share a link within 60:40`, (t) => {
    for (const share of shares(t, loopMs, 10, () => new Bbr()).all) t.true(share >= 0.4 && share <= 0.6, `${share}`);
  });

  for (const apartMs of [300, 1_000, 3_000]) {
    test(`T1 ${said}: a flow that begins up to ${apartMs} ms later has at least two fifths after four seconds in the median`, (t) => {
      const { last } = shares(t, loopMs, apartMs, () => new Bbr());
      t.true(quantile(last, 0.5) <= 0.6);
      for (const share of last) t.true(share >= 0.3 && share <= 0.7, `${share}`);
    });
  }

  const bbr1 = (link: BareLink): CongestionController => new Bbr1(2 + Math.floor(link.random() * 6));
  const isFair = (share: number): boolean => share >= 1 / 3 && share <= 2 / 3;

  test(`T1 ${said}: ours keeps between a third and two thirds beside BBR version 1`, (t) => {
    for (const share of shares(t, loopMs, 10, bbr1).all) t.true(isFair(share), `${share}`);
  });

  test(`T1 ${said}: ours keeps a quarter beside BBR version 1 that begins up to a second later, and a third to two thirds after four seconds`, (t) => {
    const { all, last } = shares(t, loopMs, 1_000, bbr1);
    for (const share of all) t.true(share >= 1 / 4, `${share}`);
    for (const share of last) t.true(isFair(share), `${share}`);
  });

  for (const [path, conditions] of [
    ['a clean path', {}],
    ['a path that loses 1 %', { loss: 0.01 }],
  ] as const) {
    test(`T1 ${said}: a flow alone on ${path} fills it, and overfills it by less than 1 %`, (t) => {
      for (const seed of SEEDS) alone(t, seed, loopMs, { ...CLEAN, ...conditions });
    });
  }
}

function alone(t: ExecutionContext, seed: number, loopMs: number, conditions: PathConditions): void {
  const link = new BareLink(seed, conditions, loopMs);
  const flow = new BareFlow(link, new Bbr());
  link.run(1_000);
  const before = { ...flow };
  link.run(4_000);
  const share = (flow.received - before.received) / (3_000 * conditions.rate * (992 / 1_052));
  const lost = (flow.lost - before.lost) / (flow.sent - before.sent);
  t.true(share >= 0.985 && lost - conditions.loss <= 0.01, `seed ${seed}: ${share}, ${lost}`);
}
