interface Entry<T> {
  at: number;
  readonly item: T;
  /** Its place in the heap. */
  place: number;
}

/**
 * The earliest time-out of many items: a binary heap that holds each item once, however often its time-out moves, so that
 * a peer cannot fill memory by moving one.
 * An item is woken at the time set last, or earlier.
 */
export class TimerHeap<T> {
  readonly #heap: Entry<T>[] = [];
  readonly #entries = new Map<T, Entry<T>>();

  get size(): number {
    return this.#heap.length;
  }

  /** The next time at which `take` has something; infinite if never. */
  next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Wakes `item` at `at`. A later time than the one set is only noted when that one comes up. */
  set(item: T, at: number): void {
    const entry = this.#entries.get(item);
    if (entry === undefined) {
      if (at === Number.POSITIVE_INFINITY) return;
      const added = { at, item, place: this.#heap.length };
      this.#entries.set(item, added);
      this.#heap.push(added);
      this.#rise(added);
    } else if (at < entry.at) {
      entry.at = at;
      this.#rise(entry);
    }
  }

  delete(item: T): void {
    const entry = this.#entries.get(item);
    if (entry !== undefined) this.#remove(entry);
  }

  /** Removes and returns an item whose time has come. */
  take(now: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#remove(first);
    return first.item;
  }

  #remove(entry: Entry<T>): void {
    this.#entries.delete(entry.item);
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#put(last, entry.place);
    this.#sink(last);
    this.#rise(last);
  }

  #rise(entry: Entry<T>): void {
    let { place } = entry;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1]!;
      if (parent.at <= entry.at) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(entry, place);
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let { place } = entry;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= entry.at) break;
      this.#put(heap[child]!, place);
      place = child;
    }
    this.#put(entry, place);
  }

  #put(entry: Entry<T>, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}
