interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what is added while one batch is being written goes together into the next, so that one sync of the disk
 * serves all who wait for it. Batches follow each other in order.
 */
export class Batches<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  readonly #most: number;
  #waiting: Waiting<T>[] = [];
  readonly #tasks: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** @param most items of one batch, ≥ 1 */
  constructor(write: (items: readonly T[]) => Promise<void>, most: number) {
    this.#write = write;
    this.#most = most;
  }

  /** Resolves, or rejects with what `write` threw, when the batch that the item is in has been written. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Runs a task between two batches. */
  between<R>(task: () => Promise<R>): Promise<R> {
    const result = Promise.withResolvers<R>();
    this.#tasks.push(() => task().then(result.resolve, result.reject));
    this.#running ??= this.#run();
    return result.promise;
  }

  /** Resolves when nothing is being written and nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever adds something in the same turn shares the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#tasks.length > 0) {
      for (const task of this.#tasks.splice(0)) await task();
      if (this.#waiting.length === 0) continue;
      const batch = this.#waiting.splice(0, this.#most);
      try {
        await this.#write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = undefined;
  }
}
