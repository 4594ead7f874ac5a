/** What a choice costs, and what each policy is worth: `pnpm bench [--json] [--small] [cost | simulator | policy]`. */

import { type BenchOptions, type Contender, type Figure, race, runBenches } from '@p2pimg/testkit/bench';
import { Election, type ElectionEvent, type Policy } from '../src/index.ts';
import { Cloud, memberConfigs } from '../test/cloud.ts';
import { type Contestant, type PolicyResult, runPolicy } from './policies.ts';

/** A server that has heard of all others. */
function informed(servers: number, policy: Policy): Election {
  const members = memberConfigs(servers);
  const election = new Election({ self: members[0]!.id, members, incarnation: 1, policy }, Math.random);
  election.step(0, { type: 'start' });
  for (const [i, { id }] of members.entries()) if (i > 0) election.step(1, heartbeatOf(id, 1, i % 7));
  return election;
}

function heartbeatOf(from: string, sequence: number, outstanding: number): ElectionEvent {
  const group = { epoch: 0, revision: 0 };
  const rest = { priority: 1, outstanding, serviceMs: 50, utilization: 0.1 };
  return {
    type: 'message',
    from,
    message: { type: 'heartbeat', sequence, incarnation: 1, phase: 'member', group, ...rest },
  };
}

/** A handler is chosen in about a tenth of a microsecond: the clock is read once for so many calls. */
const CALLS = 1_000;

async function costs({ effort }: BenchOptions): Promise<Figure[]> {
  const contenders: Contender<void>[] = [];
  const add = (name: string, call: () => unknown): void => {
    const run = (): void => {
      for (let i = 0; i < CALLS; i++) call();
    };
    contenders.push({ name, run });
  };
  for (const servers of [3, 100]) {
    const reachable = memberConfigs(servers)
      .map(({ id }) => id)
      .slice(0, 3);
    const choice = { requestId: '00112233445566778899aabbccddeeff', tried: [], reachable };
    for (const policy of ['least-outstanding', 'least-load', 'round-robin'] as const) {
      const election = informed(servers, policy);
      add(`choose and count, ${policy}, ${servers} servers`, () => {
        const handler = election.chooseHandler(choice);
        election.noteAssigned(2, handler);
        election.noteDone(handler);
      });
    }
    const election = informed(servers, 'least-outstanding');
    add(`rendezvous order, ${servers} servers`, () => election.rendezvousOrder(choice));
  }
  const election = informed(3, 'least-outstanding');
  let sequence = 1;
  add('one heartbeat received', () => {
    sequence += 1;
    election.step(1, heartbeatOf('b', sequence, 3));
  });
  return (await race(contenders, effort)).map(({ name: metric, ms }) => {
    return { bench: 'cost', metric, value: (ms * 1_000) / CALLS, unit: 'µs' };
  });
}

function policies({ small }: BenchOptions): Figure[] {
  const requests = small ? 500 : 30_000;
  const settings = { seed: 1, requests, utilization: 0.7, serviceMs: 26.7 };
  const worlds = [
    { name: 'equal servers', speeds: [1, 1, 1], loss: 0 },
    { name: 'equal, 5 % loss', speeds: [1, 1, 1], loss: 0.05 },
    { name: 'one at half speed', speeds: [1, 1, 0.5], loss: 0 },
  ];
  const contenders: readonly Contestant[] = ['oracle', 'least-outstanding', 'round-robin', 'random', 'least-load'];
  return worlds.flatMap(({ name, speeds, loss }) => {
    let oracle: PolicyResult | undefined;
    return contenders.flatMap((contender): Figure[] => {
      const result = runPolicy({ ...settings, contender, speeds, loss });
      oracle ??= result;
      const ratio = oracle.meanMs / result.meanMs;
      const label = `${name}, ${contender}`;
      const figures: Figure[] = [
        { bench: 'policy', metric: `${label}: mean`, value: result.meanMs, unit: 'ms', against: 'oracle', ratio },
        { bench: 'policy', metric: `${label}: p99`, value: result.p99Ms, unit: 'ms' },
      ];
      if (contender === 'oracle') return figures; // it assigns nothing
      figures.push(
        { bench: 'policy', metric: `${label}: longest queue`, value: result.longestQueue, unit: 'requests' },
        {
          bench: 'policy',
          metric: `${label}: busiest share of a second, p90`,
          value: result.worstShare * 100,
          unit: '%',
        },
      );
      return figures;
    });
  });
}

function simulator({ small }: BenchOptions): Figure[] {
  const cloud = new Cloud({ servers: 3, seed: 1, link: { loss: 0.01 } });
  cloud.simulation.runUntil(small ? 1_000 : 60_000);
  const before = cloud.simulation.steps;
  const started = performance.now();
  cloud.simulation.runUntil(small ? 5_000 : 1_260_000);
  const value = (cloud.simulation.steps - before) / ((performance.now() - started) / 1_000);
  return [{ bench: 'simulator', metric: 'steps of 3 electing servers', value, unit: 'events/s' }];
}

await runBenches({ cost: costs, simulator, policy: policies });
