import {
  type ActorAdapter,
  type CompletionModel,
  type Fault,
  type LinkModel,
  Random,
  type ScenarioOptions,
  type ScenarioResult,
  Simulation,
} from '@p2pimg/netsim';
import type { CloudConfig, CloudLimits, CloudTiming, FailureSimulation } from '../../src/index.ts';
import { DEFAULT_LIMITS, DEFAULT_TIMING } from '../../src/index.ts';
import { checkAgreement, checkAnswered, checkBounded, checkEffects, checkIdle, isIdle } from './checks/end-checks.ts';
import { type Asked, History } from './checks/history.ts';
import { Secrets } from './checks/secrets.ts';
import { ServerChecks, type Tally } from './checks/server-checks.ts';
import { type DirectoryTrouble, directoryAdapter } from './directory/directory-actor.ts';
import { ReferenceDirectory } from './directory/reference-directory.ts';
import { describeLetter, type Letter } from './letter.ts';
import type { Habits } from './people/client-actor.ts';
import { clientAdapter } from './people/client-adapter.ts';
import { CLOUD_ID, newPerson, type Society } from './people/society.ts';
import type { ServerActor } from './servers/server-actor.ts';
import { serverAdapter } from './servers/server-adapter.ts';
import { LetterCodec } from './wire/letters.ts';
import { overTransport, unwired, type Wiring } from './wire/wired.ts';

/** Virtual time 0 on every wall clock, ms since the epoch. */
const EPOCH = 1_800_000_000_000;
/** Between two looks at what must hold all the time. */
const LOOK_MS = 250;
/** How long the cloud has, after the last fault is over, to answer everything. */
const PATIENCE_MS = 8_000;
/** A server that starts again at the last moment joins (200 ms); then all views are one within five heartbeats. */
const CONVERGE_MS: number = 200 + 5 * 50;
/** After the last answer: retransmissions and notices run out, views agree. */
const SETTLE_MS = 1_000;
/** The longest that a server works on what nobody wants any more (`SIM_TIMING`: answer, queue and worker), and a heartbeat. */
const IDLE_MS = 3_000;

/** Shorter than in production, so that a fault and its end fit into a few virtual seconds. */
export const SIM_TIMING: CloudTiming = {
  ...DEFAULT_TIMING,
  answerMs: 800,
  queueMs: 1_000,
  workerMs: 600,
  transferGraceMs: 500,
  minBytesPerSecond: 200_000_000,
  keepMs: 1_000,
};

export interface CloudPlan {
  readonly servers: number;
  readonly people: number;
  /** Requests of all people together. */
  readonly requests: number;
  readonly habits: Habits;
  /** Faults are over, and every link is good, from here on; the run goes on until everything is answered. */
  readonly calmMs: number;
  /** The run lasts at least this long. */
  readonly leastMs: number;
  readonly link: Partial<LinkModel>;
  readonly completion: Partial<CompletionModel>;
  readonly trouble: DirectoryTrouble;
  readonly faults: readonly Fault[];
  /** Hosts answer for crashed processes. */
  readonly refuses: boolean;
  readonly limits: Partial<CloudLimits>;
  readonly failureToken: FailureSimulation | undefined;
  /** People who ask for worker ports and never send their pictures: so many of them, the first. */
  readonly drips?: number;
  /** The real transport is between the processes. Views take longer to become one: so long, in ms. */
  readonly wire?: { readonly convergeMs: number };
  /** People who reach only some of the servers: so many of them. */
  readonly shortSighted: number;
}

export interface CloudResult extends ScenarioResult {
  readonly tally: Tally;
  /** Virtual ms from each request to its answer. */
  readonly responseMs: readonly number[];
  /** The same of those whose first handler did not answer. */
  readonly stalledMs: readonly number[];
  /** The same of those that had one error on the way. */
  readonly secondTryMs: readonly number[];
  /** Requests by type that were answered. */
  readonly answered: Readonly<Record<string, number>>;
  readonly steps: number;
}

/** A whole cloud: servers, directory, people. Nodes are numbered in this order. */
export class CloudWorld {
  readonly simulation: Simulation<Letter>;
  readonly directory: ReferenceDirectory = new ReferenceDirectory();
  readonly history: History;
  readonly checks: ServerChecks;
  readonly violations: string[] = [];
  readonly #plan: CloudPlan;
  readonly #ids: readonly string[];
  readonly #society: Society;
  readonly #codec: LetterCodec = new LetterCodec();

  constructor(plan: CloudPlan, { seed, trace }: ScenarioOptions) {
    this.#plan = plan;
    const { link, completion } = plan;
    this.simulation = new Simulation<Letter>({
      seed,
      link,
      completion,
      describe: describeLetter,
      ...(trace && { trace }),
    });
    this.#ids = Array.from({ length: plan.servers }, (_, i) => `s${i + 1}`);
    const broken = (text: string): void => this.#broken(text);
    this.history = new History(this.directory.log, broken);
    this.checks = new ServerChecks(
      this.#ids,
      (holder) => this.#tokenLeftMs(holder),
      plan.limits.requests !== undefined,
      new Secrets(this.history, broken),
      broken,
    );
    this.#addServers();
    this.#society = this.#addPeople(new Random(seed ^ 0x9e09));
    this.simulation.schedule(plan.faults);
  }

  run(): void {
    const { calmMs, leastMs } = this.#plan;
    this.#runTo(calmMs);
    this.#calm();
    this.#runTo(calmMs + (this.#plan.wire?.convergeMs ?? CONVERGE_MS));
    if (this.#plan.failureToken === undefined) checkAgreement(this.live(), (text) => this.#broken(text));
    const latest = calmMs + PATIENCE_MS;
    while (this.simulation.now < latest && !this.#isQuiet()) this.#runTo(this.simulation.now + LOOK_MS);
    this.#runTo(Math.max(leastMs, this.simulation.now + SETTLE_MS));
    const idleAt = this.simulation.now + IDLE_MS;
    while (this.simulation.now < idleAt && !this.live().every(isIdle)) this.#runTo(this.simulation.now + LOOK_MS);
    this.#checkEnd();
  }

  result(): CloudResult {
    const { simulation, violations, checks, history } = this;
    const asked = [...history.asked.values()];
    const answered: Record<string, number> = {};
    for (const { state, request } of asked) {
      if (state === 'answered') answered[request.type] = (answered[request.type] ?? 0) + 1;
    }
    return {
      hash: simulation.hash(),
      violations,
      faults: this.#plan.faults,
      virtualMs: simulation.now,
      requests: asked.length,
      tally: checks.tally,
      responseMs: asked.flatMap(responseMs),
      stalledMs: asked.filter(({ request }) => checks.moved.has(request.id)).flatMap(responseMs),
      secondTryMs: asked.filter(({ errors }) => errors.length === 1).flatMap(responseMs),
      answered,
      steps: simulation.steps,
    };
  }

  /** The processes of all servers that run. */
  live(): readonly ServerActor[] {
    return this.#ids.flatMap((_, node) => unwired<ServerActor>(this.simulation.actor(node)) ?? []);
  }

  #addServers(): void {
    const { servers, trouble, refuses } = this.#plan;
    const wallNow = (): number => this.#wallNow();
    const surroundings = {
      ids: this.#ids,
      directory: servers,
      configOf: (server: number, restarts: number) => this.#configOf(server, restarts),
      wallNow,
      observer: this.checks,
      refuses,
    };
    for (const [node, id] of this.#ids.entries()) this.#add(id, serverAdapter(surroundings, node));
    this.simulation.addNode('db', directoryAdapter(this.directory, trouble, wallNow));
  }

  #addPeople(random: Random): Society {
    const { people, requests, habits, shortSighted, drips = 0 } = this.#plan;
    const each = Math.ceil(requests / people);
    const society: Society = {
      people: Array.from({ length: people }, (_, i) => {
        const sees = this.#ids.filter(() => i >= shortSighted || random.chance(0.6));
        return newPerson(random, `p${i + 1}`, sees.length > 0 ? sees : this.#ids, each, i < drips);
      }),
      grants: [],
    };
    const surroundings = {
      society,
      history: this.history,
      habits,
      serverIds: this.#ids,
      wallNow: () => this.#wallNow(),
      virtualNow: () => this.simulation.now,
    };
    for (const person of society.people) this.#add(person.name, clientAdapter(surroundings, person));
    return society;
  }

  #add<Event, Effect>(name: string, adapter: ActorAdapter<Event, Effect, Letter>): void {
    if (this.#plan.wire === undefined) this.simulation.addNode(name, adapter);
    else this.simulation.addNode(name, overTransport(adapter, this.#wiring()));
  }

  /** Servers call those before them, clients call all servers. */
  #wiring(): Wiring {
    const { servers, people } = this.#plan;
    const places = Array.from({ length: servers + 1 + people }, (_, node) => node);
    return {
      codec: this.#codec,
      speakers: places.filter((node) => node !== servers),
      calledBy: (node) => places.filter((other) => other < Math.min(node, servers)),
      wallNow: () => this.#wallNow(),
    };
  }

  #configOf(server: number, restarts: number): CloudConfig {
    const { limits, failureToken } = this.#plan;
    const members = this.#ids.map((id, i) => ({ id, host: `10.0.0.${i + 1}`, port: 8085 }));
    return {
      cloudId: CLOUD_ID,
      election: { self: this.#ids[server]!, members, incarnation: 1 + 1_000 * restarts },
      registration: { policy: 'open', tokenDigests: [] },
      leaseMs: 60_000,
      timing: SIM_TIMING,
      limits: { ...DEFAULT_LIMITS, ...limits },
      failureToken,
    };
  }

  #tokenLeftMs(holder: string): number {
    const { token } = this.directory.tables;
    return token?.holder === holder ? token.until - this.#wallNow() : 0;
  }

  #wallNow(): number {
    return EPOCH + this.simulation.now;
  }

  /** Looks at what must hold all the time on the way. */
  #runTo(time: number): void {
    const limit = this.#plan.limits.requests ?? DEFAULT_LIMITS.requests;
    while (this.simulation.now < time) {
      this.simulation.runUntil(Math.min(time, this.simulation.now + LOOK_MS));
      for (const server of this.live()) checkBounded(server, limit, (text) => this.#broken(text));
    }
  }

  /** Every link is good from now on, and people ask for nothing new. */
  #calm(): void {
    for (const person of this.#society.people) person.left = 0;
    const good = { loss: 0, burst: 0, duplicate: 0, reorder: 0 };
    const { nodeCount } = this.simulation;
    for (let a = 0; a < nodeCount; a++) for (let b = 0; b < nodeCount; b++) this.simulation.setLink(a, b, good);
  }

  #isQuiet(): boolean {
    return this.history.open().length === 0;
  }

  #checkEnd(): void {
    const broken = (text: string): void => this.#broken(text);
    const live = this.live();
    checkAnswered(this.history, new Set(live.map(({ core }) => core.status().group.self)), broken);
    checkEffects(this.directory.log, broken);
    if (this.violations.length > 0) return;
    for (const server of live) checkIdle(server, broken);
    if (this.#plan.failureToken === undefined) checkAgreement(live, broken);
  }

  #broken(text: string): void {
    this.violations.push(`at ${this.simulation.now.toFixed(1)} ms: ${text}`);
  }
}

function responseMs({ at, answeredAt }: Asked): readonly number[] {
  return answeredAt === undefined ? [] : [answeredAt - at];
}
