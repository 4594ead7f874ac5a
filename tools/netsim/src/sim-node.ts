import type { Actor, ActorAdapter, ActorIo } from './actor.ts';
import type { NodeId } from './faults.ts';
import type { Random } from './random.ts';

/** An event that waits for a frozen process. */
export interface Waiting {
  readonly kind: number;
  readonly from: NodeId;
  readonly payload: unknown;
}

/** The books that the simulation keeps about one node. */
export class SimNode {
  readonly id: NodeId;
  readonly name: string;
  readonly adapter: ActorAdapter<unknown, unknown, unknown>;
  readonly random: Random;
  readonly io: ActorIo<unknown, unknown>;
  readonly disk: Map<string, unknown> = new Map();
  /** Rises when the process ends and when one starts: an event that was meant for another life is dropped. */
  life = 0;
  restarts = 0;
  /** Undefined while the process is down. */
  actor: Actor<unknown, unknown> | undefined;
  /** Frozen until then (virtual time). */
  frozenUntil = 0;
  waiting: Waiting[] = [];
  /** When the earliest timer event in the queue is due (virtual time); others of this node are out of date. */
  timerAt: number = Number.POSITIVE_INFINITY;

  #rate = 1;
  #virtualOrigin = 0;
  #localOrigin: number;

  constructor(
    id: NodeId,
    name: string,
    adapter: ActorAdapter<unknown, unknown, unknown>,
    random: Random,
    clockOffset: number,
    makeIo: (node: SimNode) => ActorIo<unknown, unknown>,
  ) {
    this.id = id;
    this.name = name;
    this.adapter = adapter;
    this.random = random;
    this.#localOrigin = clockOffset;
    this.io = makeIo(this);
  }

  /** The node's own clock at a virtual time. */
  local(virtual: number): number {
    return this.#localOrigin + (virtual - this.#virtualOrigin) * this.#rate;
  }

  virtual(local: number): number {
    return this.#virtualOrigin + (local - this.#localOrigin) / this.#rate;
  }

  /** Lets the clock run at another rate from now on, without a jump. */
  setRate(virtual: number, rate: number): void {
    this.#localOrigin = this.local(virtual);
    this.#virtualOrigin = virtual;
    this.#rate = rate;
  }
}
