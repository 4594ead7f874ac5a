import { Random } from '@p2pimg/netsim';
import { hashRequest, rendezvousWeight } from '../src/core/rendezvous.ts';
import { Cloud } from '../test/cloud.ts';

export interface ScaleRun {
  readonly servers: number;
  readonly clients: number;
  /** Servers that a client asks; undefined: all, and the cloud's leader stamps. */
  readonly subset: number | undefined;
  readonly seed: number;
  readonly requests: number;
  /** Offered load as a share of all servers' capacity. */
  readonly utilization: number;
  /** Mean service time, exponentially distributed. */
  readonly serviceMs: number;
}

export interface ScaleResult {
  readonly meanMs: number;
  readonly p99Ms: number;
  /** Of one request: copies of it from its client, and notices between servers. */
  readonly copies: number;
  readonly notices: number;
  /** Of one server, in a second. */
  readonly heartbeats: number;
  /** What the busiest server has handled, as a multiple of the mean. */
  readonly busiest: number;
}

const WARM_UP_MS = 1_000;
const LAN_MS = 0.25;
const HEARTBEAT_MS = 50;
/** `stamp`, `handling` and `done`, each to everybody else who has heard of the request. */
const NOTICES = 3;

/**
 * Many servers with one CPU each, and many clients that ask again a while after they were answered. Who asks all servers is served by the
 * cloud's leader. Who asks a subset, the first ones in rendezvous order for the client, is served by the first of these as a leader among
 * them: it knows of the others what it has given them and what their heartbeats say. Election, counts and choice are the real ones.
 */
export function runScale(run: ScaleRun): ScaleResult {
  const { servers, clients, subset, seed, requests, utilization, serviceMs } = run;
  const dice = new Random(seed + 2_000_003);
  const cloud = new Cloud({ servers, seed, link: { loss: 0 }, config: { policy: 'least-outstanding' } });
  const { simulation, members } = cloud;
  simulation.runUntil(WARM_UP_MS);
  const ids = members.map(({ id }) => id);
  const queues: {
    readonly askedAt: number;
    readonly workMs: number;
    readonly heard: readonly number[];
    readonly client: number;
  }[][] = ids.map(() => []);
  const busy = ids.map(() => false);
  const handled = ids.map(() => 0);
  const responses: number[] = [];
  let copies = 0;
  let notices = 0;
  const all = ids.map((_, i) => i);
  const thinkMs = (clients * serviceMs) / (servers * utilization);
  let asked = 0;

  const tell = (heard: readonly number[], from: number, notice: (server: number) => void): void => {
    notice(from);
    for (const server of heard) if (server !== from) simulation.at(simulation.now + LAN_MS, () => notice(server));
  };

  const work = (server: number): void => {
    const job = busy[server] ? undefined : queues[server]!.shift();
    if (job === undefined) return;
    busy[server] = true;
    simulation.at(simulation.now + job.workMs, () => {
      busy[server] = false;
      handled[server]! += 1;
      responses.push(simulation.now - job.askedAt);
      const electionOf = (node: number) => cloud.server(node)!.election;
      tell(job.heard, server, (node) =>
        electionOf(node).noteDone(ids[server]!, node === server ? job.workMs : undefined),
      );
      simulation.at(simulation.now + dice.exponential(thinkMs), () => ask(job.client));
      work(server);
    });
  };

  const ask = (client: number): void => {
    if (asked === requests) return;
    asked += 1;
    const heard = subset === undefined ? all : subsetOf(client, ids, subset);
    const leader = subset === undefined ? all.find((i) => cloud.server(i)!.election.isLeader)! : heard[0]!;
    const requestId = dice.next32().toString(16).padStart(32, '0');
    const reachable = subset === undefined ? [] : heard.map((i) => ids[i]!);
    const handler = cloud.number(cloud.server(leader)!.election.chooseHandler({ requestId, tried: [], reachable }));
    copies += heard.length;
    notices += NOTICES * (heard.length - 1);
    tell(heard, leader, (node) => cloud.server(node)!.election.noteAssigned(simulation.localTime(node), ids[handler]!));
    const job = { askedAt: simulation.now, workMs: dice.exponential(serviceMs), heard, client };
    simulation.at(simulation.now + (handler === leader ? 0 : LAN_MS), () => {
      queues[handler]!.push(job);
      work(handler);
    });
  };

  for (let client = 0; client < clients; client++) {
    simulation.at(simulation.now + dice.exponential(thinkMs), () => ask(client));
  }
  while (responses.length < requests) simulation.runUntil(simulation.now + 100);
  responses.sort((a, b) => a - b);
  return {
    meanMs: responses.reduce((sum, ms) => sum + ms, 0) / responses.length,
    p99Ms: responses[Math.floor(responses.length * 0.99)]!,
    copies: copies / asked,
    notices: notices / asked,
    heartbeats: (servers - 1) * (1_000 / HEARTBEAT_MS),
    busiest: (Math.max(...handled) * servers) / requests,
  };
}

/** The servers that a client asks: the first in rendezvous order for its id. One that leaves moves only its own clients. */
function subsetOf(client: number, ids: readonly string[], size: number): readonly number[] {
  const hash = hashRequest(`client ${client}`);
  return ids
    .map((id, i) => ({ i, weight: rendezvousWeight(hash, id) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, size)
    .map(({ i }) => i);
}
