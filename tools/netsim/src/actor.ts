import type { NodeId } from './faults.ts';
import type { Random } from './random.ts';

/** A sans-IO core: what it does is returned, when it wants to be called again is asked. */
export interface Actor<Event, Effect> {
  /** `now` is the node's own clock in ms, never going back. */
  step(now: number, event: Event): readonly Effect[];
  /** On the node's own clock; undefined when nothing is pending. */
  nextTimeout(): number | undefined;
}

/** What a process can do to the world, given to `perform`. */
export interface ActorIo<Event, Message> {
  readonly node: NodeId;
  /** The node's own clock. */
  readonly now: number;
  /** Survives a crash that keeps the disk. Values are shared, not copied: store immutable ones. */
  readonly disk: Map<string, unknown>;
  /** One datagram: lost, doubled, delayed as the link has it. */
  send(to: NodeId, message: Message): void;
  /** Sent again (after 50 ms, doubled up to 1 s) until it arrives once, an end restarts, or 30 s have passed. Order is not kept. */
  sendReliably(to: NodeId, message: Message): void;
  /** Brings `event` back to this process after `delayMs`; a crash forgets it, a pause delays it. */
  after(delayMs: number, event: Event): void;
  /**
   * Brings the result of a directory call, a job or a write back as the simulation's `CompletionModel` has it: in any
   * order, sometimes twice, sometimes never.
   */
  complete(event: Event): void;
  /** A line for the readable trace; `text` is called only when somebody reads. */
  note(text: () => string): void;
}

/** How the results of asynchronous work come back to a process. */
export interface CompletionModel {
  readonly delayMs: number;
  /** Uniform extra delay in [0, jitterMs). */
  readonly jitterMs: number;
  /** Probability that a result comes twice. */
  readonly duplicate: number;
  /** Probability that a result takes `lateMs` longer. */
  readonly late: number;
  readonly lateMs: number;
  /** Probability that a result never comes. Whether the work was done is the adapter's business. */
  readonly never: number;
}

/** Prompt and reliable. */
export const PROMPT: CompletionModel = { delayMs: 1, jitterMs: 1, duplicate: 0, late: 0, lateMs: 0, never: 0 };

/** What a starting process gets. */
export interface Birth {
  readonly node: NodeId;
  readonly name: string;
  /** The node's own clock. */
  readonly now: number;
  /** How often this node has started before. */
  readonly restarts: number;
  readonly disk: Map<string, unknown>;
  /** The process's own randomness. */
  readonly random: Random;
}

/** Ties one kind of core to the simulated world. Written by the package that owns the core. */
export interface ActorAdapter<Event, Effect, Message> {
  create(birth: Birth): Actor<Event, Effect>;
  /** Given to the core right after its creation. */
  readonly start?: Event;
  /** Given when `nextTimeout()` is due. */
  readonly timeout: Event;
  message(from: NodeId, message: Message): Event;
  /** The peer's host said that no process listens (ECONNREFUSED); undefined when the core does not care. */
  refused?(peer: NodeId): Event | undefined;
  signal?(signal: string): Event | undefined;
  perform(effect: Effect, io: ActorIo<Event, Message>): void;
}
