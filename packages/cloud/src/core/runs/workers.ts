import type { CloudLimits } from '../config.ts';

/** What became of the wish for a worker. */
export type Admission = 'granted' | 'queued' | 'full';

interface Waiting {
  readonly id: string;
  readonly clientKey: string;
}

/**
 * The capped pool of worker ports (SPEC S4, S5): past the cap wishes queue; past the queue's cap they are refused.
 * One client holds at most its share of the workers, and of the queue.
 */
export class Workers {
  readonly #most: number;
  readonly #mostPerClient: number;
  readonly #queueLimit: number;
  readonly #queueLimitPerClient: number;
  /** Request id → client key. */
  readonly #busy = new Map<string, string>();
  #queue: Waiting[] = [];

  constructor(limits: Pick<CloudLimits, 'workers' | 'workersPerClient' | 'queue' | 'queuePerClient'>) {
    this.#most = limits.workers;
    this.#mostPerClient = limits.workersPerClient;
    this.#queueLimit = limits.queue;
    this.#queueLimitPerClient = limits.queuePerClient;
  }

  get busy(): number {
    return this.#busy.size;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  take(id: string, clientKey: string): Admission {
    if (this.#hasRoomFor(clientKey) && !this.#queue.some((waiting) => this.#hasRoomFor(waiting.clientKey))) {
      this.#busy.set(id, clientKey);
      return 'granted';
    }
    if (this.#queue.length >= this.#queueLimit) return 'full';
    const own = this.#queue.filter((waiting) => waiting.clientKey === clientKey).length;
    if (own >= this.#queueLimitPerClient) return 'full';
    this.#queue.push({ id, clientKey });
    return 'queued';
  }

  /** Gives a worker, or a place in the queue, back. Returns the ids of the requests that get a worker now. */
  release(id: string): readonly string[] {
    if (!this.#busy.delete(id)) {
      this.#queue = this.#queue.filter((waiting) => waiting.id !== id);
      return [];
    }
    const granted: string[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#queue = this.#queue.filter((waiting) => waiting !== next);
      this.#busy.set(next.id, next.clientKey);
      granted.push(next.id);
    }
    return granted;
  }

  /** Who has the fewest workers goes first, so that nobody waits behind another's long queue; among equals the oldest. */
  #next(): Waiting | undefined {
    if (this.#busy.size >= this.#most) return undefined;
    let best: Waiting | undefined;
    let fewest = this.#mostPerClient;
    for (const waiting of this.#queue) {
      const own = this.#busyOf(waiting.clientKey);
      if (own >= fewest) continue;
      best = waiting;
      fewest = own;
      if (own === 0) break;
    }
    return best;
  }

  #hasRoomFor(clientKey: string): boolean {
    return this.#busy.size < this.#most && this.#busyOf(clientKey) < this.#mostPerClient;
  }

  #busyOf(clientKey: string): number {
    let own = 0;
    for (const key of this.#busy.values()) if (key === clientKey) own += 1;
    return own;
  }
}
