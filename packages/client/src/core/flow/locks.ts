import type { Flow, Flows } from './flows.ts';

/** One flow at a time per name: read, wait for the disk, write. */
export class Locks {
  readonly #flows: Flows;
  /** Tokens of those who wait, by name; a name is present while it is held. */
  readonly #queues = new Map<string, number[]>();

  constructor(flows: Flows) {
    this.#flows = flows;
  }

  *hold<T>(name: string, body: () => Flow<T>): Flow<T> {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      this.#queues.set(name, []);
    } else {
      const token = this.#flows.token();
      queue.push(token);
      yield* this.#flows.wait<void>(token);
    }
    try {
      return yield* body();
    } finally {
      this.#release(name);
    }
  }

  #release(name: string): void {
    const next = this.#queues.get(name)?.shift();
    if (next === undefined) this.#queues.delete(name);
    else this.#flows.settle(next, undefined);
  }
}
