/** What became of the wish for a worker. */
export type Admission = 'granted' | 'queued' | 'full';

interface Waiting {
  readonly id: string;
  readonly clientKey: string;
}

/**
 * The capped pool of worker ports (SPEC S4, S5): past the cap wishes queue, oldest first; past the queue's cap they are refused.
 * One client holds at most its share, but may queue.
 */
export class Workers {
  readonly #most: number;
  readonly #mostPerClient: number;
  readonly #queueLimit: number;
  /** Request id → client key. */
  readonly #busy = new Map<string, string>();
  #queue: Waiting[] = [];

  constructor(limits: { readonly workers: number; readonly workersPerClient: number; readonly queue: number }) {
    this.#most = limits.workers;
    this.#mostPerClient = limits.workersPerClient;
    this.#queueLimit = limits.queue;
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
    const left: Waiting[] = [];
    for (const waiting of this.#queue) {
      if (this.#hasRoomFor(waiting.clientKey)) {
        this.#busy.set(waiting.id, waiting.clientKey);
        granted.push(waiting.id);
      } else left.push(waiting);
    }
    this.#queue = left;
    return granted;
  }

  #hasRoomFor(clientKey: string): boolean {
    if (this.#busy.size >= this.#most) return false;
    let own = 0;
    for (const key of this.#busy.values()) if (key === clientKey) own += 1;
    return own < this.#mostPerClient;
  }
}
