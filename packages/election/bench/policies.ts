import { Random } from '@p2pimg/netsim';
import type { Policy } from '../src/index.ts';
import { Cloud } from '../test/cloud.ts';

/**
 * `oracle`: one queue for all servers, which no assignment at arrival can beat. `perfect-counts`: the shortest queue by
 * counts that are always right. `random`: blind.
 */
export type Contestant = Policy | 'oracle' | 'perfect-counts' | 'random';

export interface PolicyRun {
  readonly contender: Contestant;
  readonly seed: number;
  readonly requests: number;
  /** Offered load as a share of all servers' capacity. */
  readonly utilization: number;
  /** Mean service time on a server of speed 1, exponentially distributed. */
  readonly serviceMs: number;
  readonly speeds: readonly number[];
  /** Loss of heartbeats and of `done` notices. */
  readonly loss: number;
}

export interface PolicyResult {
  readonly meanMs: number;
  readonly p99Ms: number;
  /** The largest share of the requests of one second that went to one server. */
  readonly worstShare: number;
  readonly longestQueue: number;
}

const POLICIES: readonly Policy[] = ['least-outstanding', 'least-load', 'round-robin'];
const STAMP_MS = 0.25;
/** The kernel's own: every 5 s, decaying over 60 s. */
const LOAD_SAMPLE_MS = 5_000;
const LOAD_DECAY: number = Math.exp(-5 / 60);
const WARM_UP_MS = 1_000;

interface Job {
  readonly arrivedAt: number;
  readonly workMs: number;
}

/** Servers with one CPU each and a queue, behind a real election whose leader stamps every request. */
export function runPolicy(run: PolicyRun): PolicyResult {
  const { contender, seed, speeds, loss } = run;
  const dice = new Random(seed + 1_000_003);
  const policy = POLICIES.find((known) => known === contender) ?? 'round-robin';
  const cloud = new Cloud({ servers: speeds.length, seed, link: { loss }, config: { policy } });
  const { simulation, members } = cloud;
  simulation.runUntil(WARM_UP_MS);

  const shared: Job[] = [];
  const queues: Job[][] = speeds.map(() => (contender === 'oracle' ? shared : []));
  const busy: boolean[] = speeds.map(() => false);
  const loads = speeds.map(() => 0);
  const responses: number[] = [];
  const seconds = new Map<number, number[]>();
  let longestQueue = 0;

  /** From one server to all; `sure` is told whatever is lost. */
  const tell = (from: number, sure: number, notice: (node: number) => void): void => {
    for (let node = 0; node < speeds.length; node++) {
      if (node === from) notice(node);
      else if (node === sure || !dice.chance(loss)) simulation.at(simulation.now + STAMP_MS, () => notice(node));
    }
  };

  const work = (server: number): void => {
    const job = busy[server] ? undefined : queues[server]!.shift();
    if (job === undefined) return;
    busy[server] = true;
    const tookMs = job.workMs / speeds[server]!;
    simulation.at(simulation.now + tookMs, () => {
      busy[server] = false;
      responses.push(simulation.now - job.arrivedAt);
      const { id } = members[server]!;
      tell(server, server, (node) => cloud.server(node)!.election.noteDone(id, node === server ? tookMs : undefined));
      work(server);
    });
  };

  const assign = (job: Job, server: number): void => {
    const { id } = members[server]!;
    const leader = leaderOf(cloud);
    tell(leader, server, (node) => cloud.server(node)!.election.noteAssigned(simulation.localTime(node), id));
    const second = Math.floor(simulation.now / 1_000);
    const counts = seconds.get(second) ?? speeds.map(() => 0);
    counts[server]! += 1;
    seconds.set(second, counts);
    // The handler begins when the stamp has reached it.
    simulation.at(simulation.now + (server === leader ? 0 : STAMP_MS), () => {
      queues[server]!.push(job);
      longestQueue = Math.max(longestQueue, queues[server]!.length);
      work(server);
    });
  };

  const chosen = (): number => {
    if (contender === 'random') return dice.below(speeds.length);
    if (contender !== 'perfect-counts') return choose(cloud, dice);
    const expected = queues.map((queue, i) => (queue.length + (busy[i] ? 1 : 0) + 1) / speeds[i]!);
    return expected.indexOf(Math.min(...expected));
  };

  const arrive = (): void => {
    const job = { arrivedAt: simulation.now, workMs: dice.exponential(run.serviceMs) };
    if (contender === 'oracle') {
      shared.push(job);
      // The fastest idle server takes it.
      const idle = speeds.map((_, i) => i).filter((i) => !busy[i]);
      for (const server of idle.sort((a, b) => speeds[b]! - speeds[a]!)) work(server);
    } else assign(job, chosen());
  };

  const capacity = speeds.reduce((sum, speed) => sum + speed, 0) / run.serviceMs;
  let arrivesAt = simulation.now;
  for (let i = 0; i < run.requests; i++) {
    arrivesAt += dice.exponential(1 / (capacity * run.utilization));
    simulation.at(arrivesAt, arrive);
  }
  const sample = (): void => {
    for (const [i, queue] of queues.entries()) {
      loads[i] = loads[i]! * LOAD_DECAY + (queue.length + (busy[i] ? 1 : 0)) * (1 - LOAD_DECAY);
      simulation.inject(i, { type: 'load', value: loads[i]! });
    }
    if (simulation.now < arrivesAt) simulation.at(simulation.now + LOAD_SAMPLE_MS, sample);
  };
  sample();
  while (responses.length < run.requests) simulation.runUntil(simulation.now + 1_000);

  responses.sort((a, b) => a - b);
  const shares = [...seconds.values()].map((counts) => Math.max(...counts) / counts.reduce((sum, n) => sum + n, 0));
  return {
    meanMs: responses.reduce((sum, ms) => sum + ms, 0) / responses.length,
    p99Ms: responses[Math.floor(responses.length * 0.99)]!,
    worstShare: shares.length === 0 ? 0 : shares.sort((a, b) => a - b)[Math.floor(shares.length * 0.9)]!,
    longestQueue,
  };
}

function leaderOf(cloud: Cloud): number {
  return cloud.members.findIndex((_, i) => cloud.server(i)?.election.isLeader);
}

function choose(cloud: Cloud, dice: Random): number {
  const requestId = dice.next32().toString(16).padStart(32, '0');
  return cloud.number(cloud.server(leaderOf(cloud))!.election.chooseHandler({ requestId, tried: [], reachable: [] }));
}
