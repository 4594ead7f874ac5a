import { type CompletionModel, PROMPT } from './actor.ts';
import type { NodeId } from './faults.ts';
import type { SimNode } from './sim-node.ts';
import { DELIVER, LOCAL, LOST, RESEND, type World } from './world.ts';

const FIRST_RESEND_MS = 50;
const MAX_RESEND_MS = 1_000;
const GIVE_UP_MS = 30_000;

/** A message that waits to be sent once more. */
export interface Resend {
  readonly to: NodeId;
  readonly message: unknown;
  /** The receiver's life when it was sent first: a session does not outlive its ends. */
  readonly toLife: number;
  readonly firstAt: number;
  readonly waitMs: number;
}

/** Carries messages and results: decides what is lost, doubled, delayed and spoiled. */
export class Post<Message> {
  readonly #world: World<Message>;
  readonly #completion: CompletionModel;

  constructor(world: World<Message>) {
    this.#world = world;
    this.#completion = { ...PROMPT, ...world.options.completion };
  }

  /** One datagram. */
  send(from: SimNode, to: NodeId, message: Message): void {
    this.#world.sent += 1;
    const target = this.#world.node(to);
    const link = this.#world.network.link(from.id, to);
    const random = this.#world.weather;
    const bytes = this.#world.options.sizeOf ? this.#world.options.sizeOf(message) : 0;
    const line = bytes > 0 ? link.serialize(this.#world.now, bytes) : 0;
    const cause = line === undefined ? 'queue' : link.lossOf(random);
    if (cause !== undefined) {
      this.#world.hash.add(this.#world.now, LOST, to, from.id);
      this.#world.say(from.id, () => `⇏ ${target.name}  ${this.#world.text(message)}  (${cause})`);
      return;
    }
    const { duplicate, corruption } = link.model;
    const copies = random.chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const spoil = random.chance(corruption) ? this.#world.options.corrupt : undefined;
      const arriving = spoil ? spoil(message, random) : message;
      const time = this.#world.now + line! + link.delayOf(random);
      this.#world.queue.push(time, DELIVER, to, from.id, target.life, arriving);
    }
  }

  /** Repeats until it arrives, an end restarts, or half a minute has passed. */
  sendReliably(from: SimNode, to: NodeId, message: Message): void {
    const { now } = this.#world;
    this.resend(from, { to, message, toLife: this.#world.node(to).life, firstAt: now, waitMs: FIRST_RESEND_MS });
  }

  /** The next attempt. */
  resend(from: SimNode, resend: Resend): void {
    const target = this.#world.node(resend.to);
    if (target.life !== resend.toLife || this.#world.now - resend.firstAt > GIVE_UP_MS) return;
    const link = this.#world.network.link(from.id, resend.to);
    const cause = link.lossOf(this.#world.weather);
    this.#world.sent += 1;
    if (cause === undefined) {
      const line = link.serialize(this.#world.now, this.#world.options.sizeOf?.(resend.message as Message) ?? 0) ?? 0;
      const time = this.#world.now + line + link.delayOf(this.#world.weather);
      this.#world.queue.push(time, DELIVER, resend.to, from.id, resend.toLife, resend.message);
      return;
    }
    this.#world.hash.add(this.#world.now, LOST, resend.to, from.id);
    const waitMs = Math.min(MAX_RESEND_MS, resend.waitMs * 2);
    this.#world.queue.push(this.#world.now + resend.waitMs, RESEND, from.id, -1, from.life, { ...resend, waitMs });
  }

  /** A process that has ended cannot receive; its host may say so. */
  arrivedAtNobody(node: SimNode, from: NodeId, message: Message): void {
    this.#world.say(node.id, () => `⇍ ${this.#world.node(from).name}  ${this.#world.text(message)}  (nobody)`);
    const sender = this.#world.node(from);
    if (node.actor !== undefined || !sender.adapter.refused || !sender.actor) return;
    const event = sender.adapter.refused(node.id);
    const back = this.#world.network.link(node.id, from);
    if (event === undefined || back.lossOf(this.#world.weather) !== undefined) return;
    this.#world.queue.push(this.#world.now + back.delayOf(this.#world.weather), LOCAL, from, -1, sender.life, event);
  }

  /** The result of asynchronous work. */
  complete(node: SimNode, event: unknown): void {
    const { delayMs, jitterMs, duplicate, late, lateMs, never } = this.#completion;
    const random = this.#world.weather;
    if (random.chance(never)) {
      this.#world.say(node.id, () => 'a result never comes');
      return;
    }
    const copies = random.chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const delay = delayMs + random.float() * jitterMs + (random.chance(late) ? lateMs : 0);
      this.#world.queue.push(this.#world.now + delay, LOCAL, node.id, -1, node.life, event);
    }
  }
}
