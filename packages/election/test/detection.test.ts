import type { LinkModel } from '@p2pimg/netsim';
import test from 'ava';
import { Cloud, type Fact } from './cloud.ts';

const HOUR_MS = 3_600_000;
const SERVERS = 5;
const PAIRS = SERVERS * (SERVERS - 1);

interface Counts {
  suspected: number;
  refuted: number;
  died: number;
}

/** Nobody fails for so many hours of one server watching another. */
function falseAlarms(link: Partial<LinkModel>, peerHours: number, seed: number): Counts {
  const counts: Counts = { suspected: 0, refuted: 0, died: 0 };
  const onFact = (_: number, { kind }: Fact): void => {
    if (kind === 'suspected' || kind === 'refuted' || kind === 'died') counts[kind] += 1;
  };
  const cloud = new Cloud({ servers: SERVERS, seed, link, onFact });
  cloud.simulation.runUntil((peerHours / PAIRS) * HOUR_MS);
  return counts;
}

/** Times from a crash to each survivor's verdict, sorted. */
function detectionTimes(link: Partial<LinkModel>, crashes: number, refuses: boolean): number[] {
  const times: number[] = [];
  for (let seed = 1; seed <= crashes; seed++) {
    let crashedAt = Number.POSITIVE_INFINITY;
    const onFact = (_: number, fact: Fact): void => {
      if (fact.kind === 'died' && fact.peer === 'a') times.push(cloud.simulation.now - crashedAt);
    };
    const cloud: Cloud = new Cloud({ servers: 3, seed, link, onFact, refuses });
    cloud.simulation.runUntil(500 + (seed % 50));
    crashedAt = cloud.simulation.now;
    cloud.simulation.apply({ kind: 'crash', at: 0, node: 0, disk: 'lost' });
    cloud.simulation.runUntil(crashedAt + 2_000);
  }
  return times.sort((a, b) => a - b);
}

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;

test('E4 a dead server is found within 300 ms (p99) with 50 ms heartbeats, at 5 % loss too', (t) => {
  for (const loss of [0, 0.05]) {
    const times = detectionTimes({ loss }, 500, false);
    t.is(times.length, 1_000, 'every survivor notices every death');
    t.log(`loss ${loss}: p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`);
    t.true(percentile(times, 0.99) <= 300);
  }
});

test('E4 a refused datagram hastens the probes, but proves nothing', (t) => {
  const times = detectionTimes({}, 200, true);
  t.log(`p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`);
  t.true(percentile(times, 0.99) <= 160);
  t.true(times[0]! >= 100, 'no death without all probes');
});

test('E4 no false death in 20 peer-hours at 5 % independent loss', (t) => {
  const counts = falseAlarms({ loss: 0.05 }, 20, 1);
  t.log(counts);
  t.true(counts.suspected > 50, 'loss does raise suspicions');
  t.is(counts.refuted, counts.suspected);
  t.is(counts.died, 0);
});

test('E4 at most 5 false deaths an hour when losses come in bursts of 3', (t) => {
  const counts = falseAlarms({ burst: 0.05 / 3, burstLength: 3 }, 20, 2);
  t.log(counts);
  t.true(counts.died <= 5 * 20);
});

test('E4 E5 a server that is always late, or stands still again and again, still buries a dead peer in bounded time', (t) => {
  for (const [runMs, stallMs] of [
    [20, 30],
    [30, 60],
    [40, 120],
    [10, 160],
    [50, 200],
    [50, 400],
  ] as const) {
    for (let seed = 1; seed <= 10; seed++) {
      let buriedAt: number | undefined;
      let falsely = 0;
      const onFact = (node: number, fact: Fact): void => {
        if (fact.kind !== 'died' || node !== 1) return;
        if (fact.peer === 'a') buriedAt ??= cloud.simulation.now;
        else falsely += 1;
      };
      const cloud: Cloud = new Cloud({ servers: 3, seed, onFact });
      cloud.simulation.runUntil(500 + seed);
      const crashedAt = cloud.simulation.now;
      cloud.simulation.apply({ kind: 'crash', at: 0, node: 0, disk: 'lost' });
      for (let stalls = 0; stalls < 60; stalls++) {
        cloud.simulation.apply({ kind: 'pause', at: 0, node: 1, forMs: stallMs });
        cloud.simulation.runUntil(cloud.simulation.now + stallMs + runMs);
      }
      const what = `${stallMs} ms of every ${stallMs + runMs} ms, seed ${seed}`;
      // It may excuse the silence eight times; then it counts as on any other server, seen at the next turn.
      const tookMs = (buriedAt ?? Number.POSITIVE_INFINITY) - crashedAt;
      t.true(tookMs <= 8 * (stallMs + runMs) + 300 + 2 * (stallMs + runMs), `${what}: ${tookMs.toFixed(0)} ms`);
      t.is(falsely, 0, what);
    }
  }
});
