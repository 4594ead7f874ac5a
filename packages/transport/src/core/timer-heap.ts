interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/**
 * The earliest time-out of many items: a binary heap whose outdated entries are skipped when they come up.
 * An item is woken at the time set last, or earlier.
 */
export class TimerHeap<T> {
  readonly #entries: Entry<T>[] = [];
  readonly #set = new Map<T, number>();

  /** The next time at which `take` has something; infinite if never. */
  next(): number {
    this.#skipOutdated();
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Wakes `item` at `at`. A later time than the one set is only noted when that one comes up. */
  set(item: T, at: number): void {
    if (at >= (this.#set.get(item) ?? Number.POSITIVE_INFINITY)) return;
    this.#set.set(item, at);
    this.#push({ at, item });
  }

  delete(item: T): void {
    this.#set.delete(item);
  }

  /** Removes and returns an item whose time has come. */
  take(now: number): T | undefined {
    this.#skipOutdated();
    const first = this.#entries[0];
    if (first === undefined || first.at > now) return undefined;
    this.#pop();
    this.#set.delete(first.item);
    return first.item;
  }

  #skipOutdated(): void {
    for (let first = this.#entries[0]; first !== undefined; first = this.#entries[0]) {
      if (this.#set.get(first.item) === first.at) return;
      this.#pop();
    }
  }

  #push(entry: Entry<T>): void {
    const entries = this.#entries;
    let i = entries.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (entries[parent]!.at <= entry.at) break;
      entries[i] = entries[parent]!;
      i = parent;
    }
    entries[i] = entry;
  }

  #pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && entries[child + 1]!.at < entries[child]!.at) child++;
      if (entries[child]!.at >= last.at) break;
      entries[i] = entries[child]!;
      i = child;
    }
    entries[i] = last;
  }
}
