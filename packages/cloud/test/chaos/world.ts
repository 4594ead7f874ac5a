import {
  type Fault,
  type LinkModel,
  type NodeId,
  Random,
  randomFaults,
  type ScenarioOptions,
  type ScenarioResult,
  Simulation,
} from '@p2pimg/netsim';
import { type AnyRequest, type RequestBodies, type RequestType, toHex } from '@p2pimg/wire';
import {
  type CloudConfig,
  type CloudFact,
  DEFAULT_LIMITS,
  DEFAULT_TIMING,
  type FailureSimulation,
} from '../../src/index.ts';
import { type Attempt, type ClientActor, clientAdapter } from './client-actor.ts';
import { FakeDirectory } from './fake-directory.ts';
import { describe, type SimMessage } from './messages.ts';
import { type DirectoryTrouble, EPOCH, keyOf, type ServerActor, serverAdapter } from './server-actor.ts';

export interface WorldOptions {
  readonly servers: number;
  readonly clients: number;
  readonly requests: number;
  /** Requests are made in [startMs, untilMs); the run ends `settleMs` later at the latest. */
  readonly startMs: number;
  readonly untilMs: number;
  readonly settleMs: number;
  readonly link?: Partial<LinkModel>;
  readonly trouble: DirectoryTrouble;
  /** How many faults, and how long each lasts at most. */
  readonly faults: number;
  readonly maxFaultMs: number;
  /** Share of requests that hide a picture. */
  readonly encodes: number;
  readonly failureToken?: FailureSimulation;
  readonly limits?: Partial<CloudConfig['limits']>;
}

export interface WorldResult extends ScenarioResult {
  /** Facts by kind, over all servers. */
  readonly facts: Readonly<Record<string, number>>;
  /** Virtual ms from a request to its answer. */
  readonly responseMs: readonly number[];
}

const LIFETIME_MS = 60_000;
const REST_MS = 8_000;

/** A cloud with its clients on one virtual clock: makes requests and faults, and tells what was wrong. */
export function runWorld(world: WorldOptions, { seed, faults: given, trace }: ScenarioOptions): WorldResult {
  const simulation = new Simulation<SimMessage>({
    seed,
    describe,
    ...(world.link === undefined ? {} : { link: world.link }),
    ...(trace === undefined ? {} : { trace }),
  });
  const random = new Random(seed ^ 0x5eed);
  const directory = new FakeDirectory();
  const facts: Record<string, number> = {};
  const violations: string[] = [];
  const serverIds = Array.from({ length: world.servers }, (_, i) => `s${i + 1}`);
  const clients = Array.from({ length: world.clients }, (_, i) => ({ node: world.servers + i, key: keyOf(i) }));
  const members = serverIds.map((id, i) => ({ id, host: `10.0.0.${i + 1}`, port: 8085 }));
  const config = (incarnation: number): CloudConfig => ({
    cloudId: '00'.repeat(16),
    election: { self: 's1', members, incarnation },
    registration: { policy: 'open', tokenDigests: [] },
    leaseMs: 30_000,
    timing: { ...DEFAULT_TIMING, answerMs: 3_000 },
    limits: { ...DEFAULT_LIMITS, ...world.limits },
    failureToken: world.failureToken,
  });
  const onFact = (_server: NodeId, fact: CloudFact): void => {
    facts[fact.kind] = (facts[fact.kind] ?? 0) + 1;
    if (fact.kind === 'fault') violations.push(`a procedure threw: ${String(fact.error)}`);
  };
  const encodeMs = (random: Random): number => 20 + random.float() * 30;
  const adapter = serverAdapter({
    simulation,
    directory,
    trouble: world.trouble,
    config,
    serverIds,
    clients,
    onFact,
    onSpokenWhileDead: (server, effect) => violations.push(`s${server + 1} plays dead and did ${effect}`),
    encodeMs,
  });
  for (const id of serverIds) simulation.addNode(id, adapter);
  for (let i = 0; i < world.clients; i++) simulation.addNode(`c${i + 1}`, clientAdapter(world.servers));

  const faults = given ?? worldFaults(random, world);
  simulation.schedule(faults);
  scheduleRequests(simulation, random, world);
  watchServers(simulation, world.servers, violations);

  const end = world.untilMs + world.settleMs;
  for (let time = 0; time < end && !allAnswered(simulation, world, time); time += 100) simulation.runUntil(time + 100);
  // What is left of notices, unanswered directory calls and worker ports that nobody uses runs out.
  const rest = simulation.now + REST_MS;
  simulation.runUntil(simulation.now + 500);
  while (simulation.now < rest && leftOver(simulation, world).length > 0) simulation.runUntil(simulation.now + 250);

  const attempts = attemptsOf(simulation, world);
  checkAnswers(attempts, directory, violations);
  violations.push(...leftOver(simulation, world));
  if (attempts.length !== world.requests + world.clients) violations.push(`only ${attempts.length} requests were made`);
  return {
    hash: simulation.hash(),
    violations,
    faults,
    virtualMs: simulation.now,
    requests: attempts.length,
    facts,
    responseMs: attempts.flatMap(({ at, answeredAt }) => (answeredAt === undefined ? [] : [answeredAt - at])),
  };
}

function worldFaults(random: Random, world: WorldOptions): readonly Fault[] {
  if (world.faults === 0) return [];
  return randomFaults(random, {
    nodes: world.servers,
    fromMs: world.startMs,
    untilMs: world.untilMs,
    count: world.faults,
    maxMs: world.maxFaultMs,
    weights: { crash: 3, pause: 3, partition: 2, link: 2, skew: 1 },
  });
}

function scheduleRequests(simulation: Simulation<SimMessage>, random: Random, world: WorldOptions): void {
  const ask = (client: number, at: number, type: RequestType, body: RequestBodies[RequestType]): void => {
    const id = toHex(Uint8Array.from({ length: 16 }, () => random.below(256)));
    simulation.at(at, () => {
      const notAfter = Math.floor(EPOCH + simulation.now + LIFETIME_MS);
      const request = { type, id, notAfter, servers: [], tried: [], body } as unknown as AnyRequest;
      simulation.inject(world.servers + client, { type: 'ask', request });
    });
  };
  // Everybody registers first: ids are then known, in the order in which the answers come.
  for (let client = 0; client < world.clients; client++) {
    const key = toHex(keyOf(client));
    ask(client, 300, 'register', { signKey: key, boxKey: key, proof: '00'.repeat(64) });
  }
  for (let i = 0; i < world.requests; i++) {
    const client = random.below(world.clients);
    const at = random.between(world.startMs, world.untilMs);
    const [type, body] = randomRequest(random, i, world.encodes);
    ask(client, at, type, body);
  }
}

/** Image ids name any owner: a wrong one is refused, which is an answer, too. */
function randomRequest(random: Random, i: number, encodes: number): [RequestType, RequestBodies[RequestType]] {
  const imageId = `client1-picture ${i}`;
  const digest = toHex(Uint8Array.from({ length: 32 }, () => random.below(256)));
  if (random.chance(encodes)) {
    return ['encode', { imageId, bytes: 1_000, digest, mime: 'image/png' }];
  }
  switch (random.below(4)) {
    case 0:
      return ['publish', { imageId, digest }];
    case 1:
      return ['sign_in', { counter: i + 1, port: 4_000, visibility: 'everyone' }];
    case 2:
      return ['renew', { counter: i + 1 }];
    default:
      return ['list_images', { clientId: 1, limit: 10 }];
  }
}

function watchServers(simulation: Simulation<SimMessage>, servers: number, violations: string[]): void {
  const seen = new Map<CoreOf, number>();
  simulation.onStep = (node) => {
    if (node >= servers) return;
    const core = simulation.actor<ServerActor>(node)?.core;
    if (core === undefined) return;
    const { group, silent } = core.status();
    const { epoch } = group;
    if (silent && othersSilent(simulation, node, servers)) violations.push('two servers play dead at once');
    if (epoch < (seen.get(core) ?? 0)) violations.push(`the epoch of s${node + 1} went back to ${epoch}`);
    seen.set(core, epoch);
  };
}

function othersSilent(simulation: Simulation<SimMessage>, node: NodeId, servers: number): boolean {
  for (let other = 0; other < servers; other++) {
    if (other === node) continue;
    const status = simulation.actor<ServerActor>(other)?.core.status();
    // One whose time is over and that has not been stepped since is not counted.
    if (status?.silent && (simulation.actor(other)?.nextTimeout() ?? 0) > simulation.localTime(other)) return true;
  }
  return false;
}

type CoreOf = ServerActor['core'];

function attemptsOf(simulation: Simulation<SimMessage>, world: WorldOptions): Attempt[] {
  return Array.from({ length: world.clients }, (_, i) => simulation.actor<ClientActor>(world.servers + i)).flatMap(
    (client) => [...(client?.attempts.values() ?? [])],
  );
}

function allAnswered(simulation: Simulation<SimMessage>, world: WorldOptions, time: number): boolean {
  if (time < world.untilMs) return false;
  return attemptsOf(simulation, world).every(({ answeredAt }) => answeredAt !== undefined);
}

/** With everything answered nothing must be left: no work, no worker, no place in a queue. */
function leftOver(simulation: Simulation<SimMessage>, world: WorldOptions): readonly string[] {
  const left: string[] = [];
  for (let i = 0; i < world.servers; i++) {
    const status = simulation.actor<ServerActor>(i)?.core.status();
    if (status === undefined || simulation.isFrozen(i) || status.silent) continue;
    const { working, workersBusy, workersWaiting } = status;
    if (working + workersBusy + workersWaiting === 0) continue;
    left.push(`s${i + 1} still works on ${working}, workers ${workersBusy}, queue ${workersWaiting}`);
  }
  return left;
}

/** What must hold for every request, whatever happened. */
function checkAnswers(attempts: readonly Attempt[], directory: FakeDirectory, violations: string[]): void {
  for (const { request, acks, answeredAt, result } of attempts) {
    const name = `${request.type} ${request.id}`;
    if (answeredAt === undefined) {
      violations.push(`${name} was never answered (${acks.length} errors)`);
      continue;
    }
    const finals = acks.filter(({ status }) => status !== 'error');
    if (isClaimed(request.type)) {
      const different = new Set(finals.map(({ server: _, ...ack }) => JSON.stringify(ack)));
      if (different.size > 1) violations.push(`${name} was answered differently: ${[...different].join(' ')}`);
    }
    const success = finals.find(({ status }) => status === 'success');
    if (success === undefined) continue;
    if (request.type === 'encode' && result !== request.body.digest) violations.push(`${name} without its picture`);
    if (request.type === 'publish' && directory.resources.get(request.body.imageId) !== request.body.digest) {
      violations.push(`${name} was acknowledged and is lost`);
    }
  }
  for (const [claim, count] of directory.effects) if (count !== 1) violations.push(`${claim} had ${count} effects`);
}

function isClaimed(type: RequestType): boolean {
  return type === 'register' || type === 'publish' || type === 'sign_in';
}
