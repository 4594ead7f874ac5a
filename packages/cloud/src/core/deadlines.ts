interface Item {
  readonly at: number;
  readonly key: string;
}

/** One deadline per key: set, move, clear, take what is due. A binary heap with lazy deletion. */
export class Deadlines {
  readonly #current = new Map<string, number>();
  #heap: Item[] = [];

  set(key: string, at: number): void {
    if (this.#current.get(key) === at) return;
    this.#current.set(key, at);
    this.#push({ at, key });
    // What was moved or cleared stays in the heap until it surfaces; it must not outgrow what lives.
    if (this.#heap.length > 2 * this.#current.size + 64) this.#rebuild();
  }

  clear(key: string): void {
    this.#current.delete(key);
  }

  /** The earliest, or Infinity. */
  next(): number {
    this.#dropStale();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and returns one key that is due, earliest first. */
  takeDue(now: number): string | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    if (top === undefined || top.at > now) return undefined;
    this.#pop();
    this.#current.delete(top.key);
    return top.key;
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#current.get(top.key) === top.at) return;
      this.#pop();
    }
  }

  #push(item: Item): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= item.at) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }

  #rebuild(): void {
    this.#heap = [];
    for (const [key, at] of this.#current) this.#push({ at, key });
  }
}
