import { Random } from '@p2pimg/netsim';
import test from 'ava';
import { Cloud } from './cloud.ts';

const HEARTBEAT_MS = 50;
const RUNS = 200;

/** What all servers must share, as text; the same text on all means agreement. */
function opinions(cloud: Cloud): Set<string> {
  return new Set(
    cloud.elections().map((election) => {
      const { epoch, leader, revision, members } = election.view();
      return JSON.stringify([epoch, leader, revision, members.map(({ id, state }) => [id, state])]);
    }),
  );
}

function agrees(cloud: Cloud): boolean {
  return (
    opinions(cloud).size === 1 &&
    cloud
      .elections()[0]!
      .view()
      .members.every(({ state }) => state === 'alive')
  );
}

/** Cuts a cloud in two, one way or both; returns how long after the healing the last disagreement was seen. */
function lastDisagreementMs(seed: number): number {
  const dice = new Random(seed);
  const servers = dice.pick([2, 3, 5]);
  const cloud = new Cloud({ servers, seed, loads: Array.from({ length: servers }, () => dice.float()) });
  const { simulation } = cloud;
  simulation.runUntil(800);
  const from = dice.below(servers);
  const others = Array.from({ length: servers }, (_, i) => i).filter((i) => i !== from);
  const to = dice.chance(0.5) ? others : others.slice(0, 1);
  const forMs = 50 + dice.below(1_500);
  simulation.apply({ kind: 'partition', at: 0, from: [from], to, oneWay: dice.chance(0.4), forMs });
  simulation.runUntil(simulation.now + forMs + 0.01);
  const healedAt = simulation.now;
  let last = 0;
  for (let ms = 5; ms <= 1_000; ms += 5) {
    simulation.runUntil(healedAt + ms);
    if (!agrees(cloud)) last = ms;
  }
  return last;
}

test('E1 E7 on a quiet network all views are the same within five heartbeats, and stay so', (t) => {
  const times = Array.from({ length: RUNS }, (_, i) => lastDisagreementMs(i + 1)).sort((a, b) => a - b);
  t.log(`p50 ${times[RUNS / 2]} ms, longest ${times.at(-1)} ms`);
  t.true(times.at(-1)! <= 5 * HEARTBEAT_MS);
});
