import type { Actor, ActorAdapter, ActorIo } from './actor.ts';
import { FaultInjector } from './fault-injector.ts';
import type { Fault, NodeId } from './faults.ts';
import type { LinkModel } from './link.ts';
import { Post, type Resend } from './post.ts';
import { Random } from './random.ts';
import { SimNode, type Waiting } from './sim-node.ts';
import { CALL, DELIVER, LOCAL, RESEND, type SimulationOptions, THAW, TIMER, World } from './world.ts';

/** For events that are meant for whichever process runs. */
const ANY_LIFE = -1;
const MAX_STEPS_PER_INSTANT = 10_000;
/** Events that wait for a frozen process; a socket's buffer drops further messages. */
const MAX_WAITING = 1_000;

/**
 * Many sans-IO cores on one virtual clock and one seeded network. Single-threaded and without any real time: the same
 * seed, nodes and calls give the same run and the same `hash()`.
 */
export class Simulation<Message> {
  /** Called after each step of a node: the place for invariants. */
  onStep: ((node: NodeId) => void) | undefined;
  /** Events given to cores so far. */
  steps = 0;
  /** For what happens around the nodes (clients, loads); forked from the seed. */
  readonly random: Random;

  readonly #world: World<Message>;
  readonly #post: Post<Message>;
  readonly #faults: FaultInjector<Message>;
  readonly #births: Random;
  readonly #slack: number;
  #instant = 0;
  #stepsAtInstant = 0;

  constructor(options: SimulationOptions<Message>) {
    const root = new Random(options.seed);
    this.random = root.fork();
    this.#world = new World(options, root.fork());
    this.#post = new Post(this.#world);
    this.#faults = new FaultInjector(this.#world, {
      at: (time, action) => this.at(time, action),
      inject: (id, event) => this.inject(id, event),
      restart: (node) => this.#start(node),
    });
    this.#births = root.fork();
    this.#slack = options.timerSlackMs ?? 1;
  }

  /** Virtual ms since the start. */
  get now(): number {
    return this.#world.now;
  }

  /** Messages handed to the network so far. */
  get sent(): number {
    return this.#world.sent;
  }

  /** Adds a node; its process starts at the current time, in the next run. */
  addNode<Event, Effect>(name: string, adapter: ActorAdapter<Event, Effect, Message>): NodeId {
    const id = this.#world.nodes.length;
    const offset = this.#births.float() * (this.#world.options.clockSpreadMs ?? 1_000_000);
    const untyped = adapter as unknown as ActorAdapter<unknown, unknown, unknown>;
    const node = new SimNode(id, name, untyped, this.#births.fork(), offset, (owner) => this.#ioOf(owner));
    this.#world.network.addNode();
    this.#world.nodes.push(node);
    this.at(this.#world.now, () => this.#start(node));
    return id;
  }

  get nodeCount(): number {
    return this.#world.nodes.length;
  }

  nameOf(id: NodeId): string {
    return this.#world.node(id).name;
  }

  /** The node's running core, or undefined while its process is down. Its type is the caller's knowledge. */
  actor<A extends Actor<never, unknown>>(id: NodeId): A | undefined {
    return this.#world.node(id).actor as unknown as A | undefined;
  }

  isUp(id: NodeId): boolean {
    return this.#world.node(id).actor !== undefined;
  }

  isFrozen(id: NodeId): boolean {
    return this.#world.node(id).frozenUntil > this.#world.now;
  }

  /** The node's own clock. */
  localTime(id: NodeId): number {
    return this.#world.node(id).local(this.#world.now);
  }

  /** A node's own time as virtual time. */
  virtualTime(id: NodeId, local: number): number {
    return this.#world.node(id).virtual(local);
  }

  linkModel(from: NodeId, to: NodeId): LinkModel {
    return this.#world.network.link(from, to).model;
  }

  /** Changes one direction from now on. */
  setLink(from: NodeId, to: NodeId, change: Partial<LinkModel>): void {
    this.#world.network.link(from, to).set(change);
  }

  /** Runs `action` at a virtual time (not before now). */
  at(time: number, action: () => void): void {
    this.#world.queue.push(Math.max(time, this.#world.now), CALL, -1, -1, 0, action);
  }

  /** Gives an event to a node now, as its surroundings would; ignored while it is down, kept while it is frozen. */
  inject(id: NodeId, event: unknown): void {
    this.#world.queue.push(this.#world.now, LOCAL, this.#world.node(id).id, -1, ANY_LIFE, event);
  }

  /** Lets a fault happen now, whatever its `at`. */
  apply(fault: Fault): void {
    this.#faults.apply(fault);
  }

  /** Enters a fault schedule. */
  schedule(faults: readonly Fault[]): void {
    for (const fault of faults) this.at(fault.at, () => this.apply(fault));
  }

  /** Processes everything that is due up to and at `time`. */
  runUntil(time: number): void {
    const queue = this.#world.queue;
    while (queue.nextTime() <= time && queue.pop()) {
      this.#world.now = queue.time;
      this.#dispatch(queue.kind, queue.node, queue.from, queue.life, queue.payload);
    }
    this.#world.now = Math.max(this.#world.now, time);
  }

  /** Fingerprint of everything that has happened so far. */
  hash(): string {
    return this.#world.hash.toString();
  }

  #dispatch(kind: number, id: NodeId, from: NodeId, life: number, payload: unknown): void {
    if (kind === CALL) {
      (payload as () => void)();
      return;
    }
    const node = this.#world.nodes[id]!;
    if (kind === TIMER && (node.life !== life || node.timerAt !== this.#world.now)) return;
    this.#guardProgress(node);
    this.#world.hash.add(this.#world.now, kind, id, from);
    if (kind === TIMER) node.timerAt = Number.POSITIVE_INFINITY;
    if ((node.life !== life && life !== ANY_LIFE) || node.actor === undefined) {
      if (kind === DELIVER) this.#post.arrivedAtNobody(node, from, payload as Message);
      return;
    }
    if (kind === THAW) this.#thaw(node);
    else if (node.frozenUntil > this.#world.now) this.#keepWaiting(node, { kind, from, payload });
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
        this.#world.say(node.id, () => `⇐ ${this.nameOf(from)}  ${this.#world.text(payload as Message)}`);
        this.#step(node, node.adapter.message(from, payload));
        break;
      case LOCAL:
        this.#step(node, payload);
        break;
      case RESEND:
        this.#post.resend(node, payload as Resend);
        break;
    }
  }

  #start(node: SimNode): void {
    node.life += 1;
    this.#world.say(node.id, () => (node.restarts === 0 ? 'starts' : 'starts again'));
    const { id, name, restarts, disk } = node;
    const birth = { node: id, name, now: node.local(this.#world.now), restarts, disk, random: node.random.fork() };
    node.actor = node.adapter.create(birth);
    if (node.adapter.start !== undefined) this.#step(node, node.adapter.start);
    else this.#armTimer(node);
  }

  #step(node: SimNode, event: unknown): void {
    const actor = node.actor!;
    const effects = actor.step(node.local(this.#world.now), event);
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
    const late = this.#slack > 0 ? this.#world.weather.float() * this.#slack : 0;
    node.timerAt = Math.max(due, this.#world.now) + late;
    this.#world.queue.push(node.timerAt, TIMER, node.id, -1, node.life, undefined);
  }

  #fireTimer(node: SimNode): void {
    const local = node.actor!.nextTimeout();
    // The core may have put its timer off since this event was queued.
    if (local === undefined || node.virtual(local) > this.#world.now) this.#armTimer(node);
    else this.#step(node, node.adapter.timeout);
  }

  /** What waited comes in the order of its arrival; whether the timer or the socket is served first is chance. */
  #thaw(node: SimNode): void {
    if (node.frozenUntil > this.#world.now) return;
    this.#world.say(node.id, () => `thaws, ${node.waiting.length} events wait`);
    const waiting = node.waiting;
    node.waiting = [];
    const isTimer = (event: Waiting): boolean => event.kind === TIMER;
    const timers = waiting.filter(isTimer);
    const others = waiting.filter((event) => !isTimer(event));
    const order = this.#world.weather.chance(0.5) ? [...timers, ...others] : [...others, ...timers];
    const { life } = node;
    for (const { kind, from, payload } of order) if (node.life === life) this.#handle(node, kind, from, payload);
  }

  #ioOf(node: SimNode): ActorIo<unknown, unknown> {
    const world = this.#world;
    return {
      node: node.id,
      disk: node.disk,
      get now(): number {
        return node.local(world.now);
      },
      send: (to, message) => this.#post.send(node, to, message as Message),
      sendReliably: (to, message) => this.#post.sendReliably(node, to, message as Message),
      after: (delayMs, event) =>
        this.#world.queue.push(this.#world.now + delayMs, LOCAL, node.id, -1, node.life, event),
      complete: (event) => this.#post.complete(node, event),
      note: (text) => this.#world.say(node.id, text),
    };
  }

  /** A core whose timer never moves on would hang the run: name it instead. */
  #guardProgress(node: SimNode): void {
    if (this.#world.now !== this.#instant) {
      this.#instant = this.#world.now;
      this.#stepsAtInstant = 0;
    }
    this.#stepsAtInstant += 1;
    if (this.#stepsAtInstant > MAX_STEPS_PER_INSTANT) throw new NoProgressError(node.name, this.#world.now);
  }
}

export class NoProgressError extends Error {
  override readonly name = 'NoProgressError';
  constructor(node: string, at: number) {
    super(`${node} was stepped more than ${MAX_STEPS_PER_INSTANT} times at ${at} ms: its timeout never moves on`);
  }
}
