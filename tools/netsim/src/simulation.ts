import type { Actor, ActorAdapter, ActorIo } from './actor.ts';
import { EventQueue } from './event-queue.ts';
import type { Fault, NodeId } from './faults.ts';
import type { LinkModel } from './link.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { SimNode, type Waiting } from './sim-node.ts';
import { TraceHash, type TraceSink, traceLine } from './trace.ts';

export interface SimulationOptions<Message> {
  readonly seed: number;
  /** What differs from `LAN` on every link; `setLink` changes single ones. */
  readonly link?: Partial<LinkModel>;
  /** For bandwidth; without it messages weigh nothing. */
  readonly sizeOf?: (message: Message) => number;
  /** For `corruption`: a spoiled copy. */
  readonly corrupt?: (message: Message, random: Random) => Message;
  /** For the readable trace. */
  readonly describe?: (message: Message) => string;
  readonly trace?: TraceSink;
  /** Timers fire up to this much late (default 1 ms). */
  readonly timerSlackMs?: number;
  /** The nodes' clocks start at random points in [0, clockSpreadMs) (default 1,000,000 ms). */
  readonly clockSpreadMs?: number;
}

/** What is in the queue. The numbers enter the trace hash. */
const TIMER = 1;
const DELIVER = 2;
const LOCAL = 3;
const CALL = 4;
const RESEND = 5;
const THAW = 6;
const LOST = 7;

/** For events that are meant for whichever process runs. */
const ANY_LIFE = -1;
const MAX_STEPS_PER_INSTANT = 10_000;
/** Events that wait for a frozen process; a socket's buffer drops further messages. */
const MAX_WAITING = 1_000;
const FIRST_RESEND_MS = 50;
const MAX_RESEND_MS = 1_000;
const GIVE_UP_MS = 30_000;

interface Resend {
  readonly to: NodeId;
  readonly message: unknown;
  /** The receiver's life when it was sent first: a session does not outlive its ends. */
  readonly toLife: number;
  readonly firstAt: number;
  readonly waitMs: number;
}

/**
 * Many sans-IO cores on one virtual clock and one seeded network. Single-threaded and without any real time: the same
 * seed, nodes and calls give the same run and the same `hash()`.
 */
export class Simulation<Message> {
  /** Virtual ms since the start. */
  now = 0;
  /** Called after each step of a node: the place for invariants. */
  onStep: ((node: NodeId) => void) | undefined;
  /** Events processed and messages handed to the network so far. */
  steps = 0;
  sent = 0;
  /** For what happens around the nodes (clients, loads); forked from the seed. */
  readonly random: Random;

  readonly #options: SimulationOptions<Message>;
  readonly #slack: number;
  readonly #network: Network;
  readonly #weather: Random;
  readonly #births: Random;
  readonly #queue: EventQueue = new EventQueue();
  readonly #nodes: SimNode[] = [];
  readonly #hash: TraceHash = new TraceHash();
  #instant = 0;
  #stepsAtInstant = 0;

  constructor(options: SimulationOptions<Message>) {
    this.#options = options;
    this.#network = new Network(options.link);
    this.#slack = options.timerSlackMs ?? 1;
    const root = new Random(options.seed);
    this.random = root.fork();
    this.#weather = root.fork();
    this.#births = root.fork();
  }

  /** Adds a node; its process starts at the current time, in the next run. */
  addNode<Event, Effect>(name: string, adapter: ActorAdapter<Event, Effect, Message>): NodeId {
    const id = this.#nodes.length;
    const offset = this.#births.float() * (this.#options.clockSpreadMs ?? 1_000_000);
    const untyped = adapter as unknown as ActorAdapter<unknown, unknown, unknown>;
    const node = new SimNode(id, name, untyped, this.#births.fork(), offset, (owner) => this.#ioOf(owner));
    this.#network.addNode();
    this.#nodes.push(node);
    this.at(this.now, () => this.#start(node));
    return id;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  nameOf(id: NodeId): string {
    return this.#node(id).name;
  }

  /** The node's running core, or undefined while its process is down. Its type is the caller's knowledge. */
  actor<A extends Actor<never, unknown>>(id: NodeId): A | undefined {
    return this.#node(id).actor as unknown as A | undefined;
  }

  isUp(id: NodeId): boolean {
    return this.#node(id).actor !== undefined;
  }

  isFrozen(id: NodeId): boolean {
    return this.#node(id).frozenUntil > this.now;
  }

  /** The node's own clock. */
  localTime(id: NodeId): number {
    return this.#node(id).local(this.now);
  }

  /** A node's own time as virtual time. */
  virtualTime(id: NodeId, local: number): number {
    return this.#node(id).virtual(local);
  }

  linkModel(from: NodeId, to: NodeId): LinkModel {
    return this.#network.link(from, to).model;
  }

  /** Changes one direction from now on. */
  setLink(from: NodeId, to: NodeId, change: Partial<LinkModel>): void {
    this.#network.link(from, to).set(change);
  }

  /** Runs `action` at a virtual time (not before now). */
  at(time: number, action: () => void): void {
    this.#queue.push(Math.max(time, this.now), CALL, -1, -1, 0, action);
  }

  /** Gives an event to a node now, as its surroundings would; ignored while it is down, kept while it is frozen. */
  inject(id: NodeId, event: unknown): void {
    this.#queue.push(this.now, LOCAL, this.#node(id).id, -1, ANY_LIFE, event);
  }

  /** Enters a fault schedule. */
  schedule(faults: readonly Fault[]): void {
    for (const fault of faults) this.at(fault.at, () => this.apply(fault));
  }

  /** Lets a fault happen now, whatever its `at`. */
  apply(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault.node, fault.disk, fault.downMs);
        break;
      case 'pause':
        this.#freeze(fault.node, fault.forMs);
        break;
      case 'partition':
        this.#partition(fault.from, fault.to, fault.oneWay, fault.forMs);
        break;
      case 'link':
        this.#changeLink(fault.from, fault.to, fault.change, fault.forMs);
        break;
      case 'skew':
        this.#say(fault.node, () => `clock runs at ${fault.rate}`);
        this.#node(fault.node).setRate(this.now, fault.rate);
        break;
      case 'signal':
        this.#signal(fault.node, fault.signal);
        break;
    }
  }

  /** Processes everything that is due up to and at `time`. */
  runUntil(time: number): void {
    const queue = this.#queue;
    while (queue.nextTime() <= time && queue.pop()) {
      this.now = queue.time;
      this.#dispatch(queue.kind, queue.node, queue.from, queue.life, queue.payload);
    }
    this.now = Math.max(this.now, time);
  }

  /** Fingerprint of everything that has happened so far. */
  hash(): string {
    return this.#hash.toString();
  }

  #dispatch(kind: number, id: NodeId, from: NodeId, life: number, payload: unknown): void {
    if (kind === CALL) {
      (payload as () => void)();
      return;
    }
    const node = this.#nodes[id]!;
    if (kind === TIMER && (node.life !== life || node.timerAt !== this.now)) return;
    this.#guardProgress(node);
    this.#hash.add(this.now, kind, id, from);
    if (kind === TIMER) node.timerAt = Number.POSITIVE_INFINITY;
    if ((node.life !== life && life !== ANY_LIFE) || node.actor === undefined) {
      if (kind === DELIVER) this.#arrivedAtNobody(node, from, payload as Message);
      return;
    }
    if (kind === THAW) this.#thaw(node);
    else if (node.frozenUntil > this.now) this.#keepWaiting(node, { kind, from, payload });
    else this.#handle(node, kind, from, payload);
  }

  #keepWaiting(node: SimNode, event: Waiting): void {
    if (event.kind !== DELIVER || node.waiting.length < MAX_WAITING) node.waiting.push(event);
  }

  #handle(node: SimNode, kind: number, from: NodeId, payload: unknown): void {
    switch (kind) {
      case TIMER:
        this.#fireTimer(node);
        break;
      case DELIVER:
        this.#say(node.id, () => `⇐ ${this.nameOf(from)}  ${this.#text(payload as Message)}`);
        this.#step(node, node.adapter.message(from, payload));
        break;
      case LOCAL:
        this.#step(node, payload);
        break;
      case RESEND:
        this.#sendReliably(node, payload as Resend);
        break;
    }
  }

  #start(node: SimNode): void {
    node.life += 1;
    this.#say(node.id, () => (node.restarts === 0 ? 'starts' : 'starts again'));
    const { id, name, restarts, disk } = node;
    const birth = { node: id, name, now: node.local(this.now), restarts, disk, random: node.random.fork() };
    node.actor = node.adapter.create(birth);
    if (node.adapter.start !== undefined) this.#step(node, node.adapter.start);
    else this.#armTimer(node);
  }

  #step(node: SimNode, event: unknown): void {
    const actor = node.actor!;
    const effects = actor.step(node.local(this.now), event);
    this.steps += 1;
    for (let i = 0; i < effects.length; i++) node.adapter.perform(effects[i], node.io);
    this.#armTimer(node);
    if (this.onStep) this.onStep(node.id);
  }

  #armTimer(node: SimNode): void {
    const local = node.actor?.nextTimeout();
    if (local === undefined) return;
    const due = node.virtual(local);
    if (due >= node.timerAt) return;
    const late = this.#slack > 0 ? this.#weather.float() * this.#slack : 0;
    node.timerAt = Math.max(due, this.now) + late;
    this.#queue.push(node.timerAt, TIMER, node.id, -1, node.life, undefined);
  }

  #fireTimer(node: SimNode): void {
    const local = node.actor!.nextTimeout();
    // The core may have put its timer off since this event was queued.
    if (local === undefined || node.virtual(local) > this.now) this.#armTimer(node);
    else this.#step(node, node.adapter.timeout);
  }

  #send(from: SimNode, to: NodeId, message: Message): boolean {
    this.sent += 1;
    const target = this.#node(to);
    const link = this.#network.link(from.id, to);
    const random = this.#weather;
    const bytes = this.#options.sizeOf ? this.#options.sizeOf(message) : 0;
    const line = bytes > 0 ? link.serialize(this.now, bytes) : 0;
    const cause = line === undefined ? 'queue' : link.lossOf(random);
    if (cause !== undefined) {
      this.#hash.add(this.now, LOST, to, from.id);
      this.#say(from.id, () => `⇏ ${target.name}  ${this.#text(message)}  (${cause})`);
      return false;
    }
    const { duplicate, corruption } = link.model;
    const copies = random.chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const spoil = random.chance(corruption) ? this.#options.corrupt : undefined;
      const arriving = spoil ? spoil(message, random) : message;
      const time = this.now + line! + link.delayOf(random);
      this.#queue.push(time, DELIVER, to, from.id, target.life, arriving);
    }
    return true;
  }

  #sendReliably(from: SimNode, resend: Resend): void {
    const target = this.#node(resend.to);
    if (target.life !== resend.toLife || this.now - resend.firstAt > GIVE_UP_MS) return;
    const link = this.#network.link(from.id, resend.to);
    const cause = link.lossOf(this.#weather);
    this.sent += 1;
    if (cause === undefined) {
      const line = link.serialize(this.now, this.#options.sizeOf?.(resend.message as Message) ?? 0) ?? 0;
      const time = this.now + line + link.delayOf(this.#weather);
      this.#queue.push(time, DELIVER, resend.to, from.id, resend.toLife, resend.message);
      return;
    }
    this.#hash.add(this.now, LOST, resend.to, from.id);
    const waitMs = Math.min(MAX_RESEND_MS, resend.waitMs * 2);
    this.#queue.push(this.now + resend.waitMs, RESEND, from.id, -1, from.life, { ...resend, waitMs });
  }

  #arrivedAtNobody(node: SimNode, from: NodeId, message: Message): void {
    this.#say(node.id, () => `⇍ ${this.nameOf(from)}  ${this.#text(message)}  (nobody)`);
    const sender = this.#node(from);
    if (node.actor !== undefined || !sender.adapter.refused || !sender.actor) return;
    const event = sender.adapter.refused(node.id);
    const back = this.#network.link(node.id, from);
    if (event === undefined || back.lossOf(this.#weather) !== undefined) return;
    this.#queue.push(this.now + back.delayOf(this.#weather), LOCAL, from, -1, sender.life, event);
  }

  #crash(id: NodeId, disk: 'kept' | 'lost', downMs: number | undefined): void {
    const node = this.#node(id);
    if (node.actor === undefined) return;
    this.#say(id, () => `crashes, disk ${disk}`);
    node.actor = undefined;
    node.life += 1;
    node.waiting = [];
    node.frozenUntil = 0;
    node.timerAt = Number.POSITIVE_INFINITY;
    if (disk === 'lost') node.disk.clear();
    if (downMs === undefined) return;
    this.at(this.now + downMs, () => {
      node.restarts += 1;
      this.#start(node);
    });
  }

  #freeze(id: NodeId, forMs: number): void {
    const node = this.#node(id);
    if (node.actor === undefined) return;
    this.#say(id, () => `freezes for ${forMs} ms`);
    node.frozenUntil = Math.max(node.frozenUntil, this.now + forMs);
    this.#queue.push(this.now + forMs, THAW, id, -1, node.life, undefined);
  }

  /** What waited comes in the order of its arrival; whether the timer or the socket is served first is chance. */
  #thaw(node: SimNode): void {
    if (node.frozenUntil > this.now) return;
    this.#say(node.id, () => `thaws, ${node.waiting.length} events wait`);
    const waiting = node.waiting;
    node.waiting = [];
    const isTimer = (event: Waiting): boolean => event.kind === TIMER;
    const timers = waiting.filter(isTimer);
    const others = waiting.filter((event) => !isTimer(event));
    const order = this.#weather.chance(0.5) ? [...timers, ...others] : [...others, ...timers];
    const { life } = node;
    for (const { kind, from, payload } of order) if (node.life === life) this.#handle(node, kind, from, payload);
  }

  #partition(from: readonly NodeId[], to: readonly NodeId[], oneWay: boolean, forMs: number): void {
    const names = (ids: readonly NodeId[]): string => ids.map((id) => this.nameOf(id)).join(',');
    const arrow = oneWay ? '↛' : '↮';
    this.#note('network', () => `cut ${names(from)} ${arrow} ${names(to)} for ${forMs} ms`);
    const heal = this.#network.cut(from, to, oneWay);
    this.at(this.now + forMs, () => {
      this.#note('network', () => `healed ${names(from)} ${arrow} ${names(to)}`);
      heal();
    });
  }

  #changeLink(from: NodeId, to: NodeId, change: Partial<LinkModel>, forMs: number): void {
    this.#note('network', () => `${this.nameOf(from)} → ${this.nameOf(to)} ${JSON.stringify(change)} for ${forMs} ms`);
    this.at(this.now + forMs, this.#network.link(from, to).change(change));
  }

  #signal(id: NodeId, signal: string): void {
    const node = this.#node(id);
    this.#say(id, () => `gets ${signal}`);
    const event = node.adapter.signal?.(signal);
    if (event !== undefined) this.inject(id, event);
  }

  #ioOf(node: SimNode): ActorIo<unknown, unknown> {
    const simulation = this;
    return {
      node: node.id,
      disk: node.disk,
      get now(): number {
        return node.local(simulation.now);
      },
      send: (to, message) => void this.#send(node, to, message as Message),
      sendReliably: (to, message) => {
        const toLife = this.#node(to).life;
        this.#sendReliably(node, { to, message, toLife, firstAt: this.now, waitMs: FIRST_RESEND_MS });
      },
      after: (delayMs, event) => this.#queue.push(this.now + delayMs, LOCAL, node.id, -1, node.life, event),
      note: (text) => this.#say(node.id, text),
    };
  }

  /** A core whose timer never moves on would hang the run: name it instead. */
  #guardProgress(node: SimNode): void {
    if (this.now !== this.#instant) {
      this.#instant = this.now;
      this.#stepsAtInstant = 0;
    }
    this.#stepsAtInstant += 1;
    if (this.#stepsAtInstant > MAX_STEPS_PER_INSTANT) throw new NoProgressError(node.name, this.now);
  }

  #say(id: NodeId, text: () => string): void {
    if (this.#options.trace) this.#note(this.nameOf(id), text);
  }

  #note(who: string, text: () => string): void {
    if (this.#options.trace) this.#options.trace(traceLine(this.now, who, text()));
  }

  #text(message: Message): string {
    return this.#options.describe ? this.#options.describe(message) : JSON.stringify(message);
  }

  #node(id: NodeId): SimNode {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }
}

export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
  constructor(node: string, at: number) {
    super(`${node} was stepped more than ${MAX_STEPS_PER_INSTANT} times at ${at} ms: its timeout never moves on`);
  }
}
