/** So many items more than it needs the heap may always have. */
const SLACK = 64;

interface Item<T> {
  readonly at: number;
  readonly deadline: Deadline<T>;
}

/** When its owner is due, in one `Deadlines`. */
export class Deadline<T> {
  readonly owner: T;
  /** Infinity: never. */
  at: number = Number.POSITIVE_INFINITY;
  /** Its place in the heap, at `at` or before it. */
  item: Item<T> | undefined = undefined;

  constructor(owner: T) {
    this.owner = owner;
  }
}

/**
 * Deadlines that are set, moved, cleared, and taken when they are due. A binary heap that does not touch what moves to a later time, or is
 * cleared, before it surfaces: most deadlines are.
 */
export class Deadlines<T> {
  #heap: Item<T>[] = [];
  /** Set, and not cleared. */
  #live = 0;

  set(deadline: Deadline<T>, at: number): void {
    if (deadline.at === Number.POSITIVE_INFINITY) this.#live += 1;
    deadline.at = at;
    if (deadline.item !== undefined && deadline.item.at <= at) return;
    this.#place(deadline);
    this.#trim();
  }

  clear(deadline: Deadline<T>): void {
    if (deadline.at === Number.POSITIVE_INFINITY) return;
    deadline.at = Number.POSITIVE_INFINITY;
    this.#live -= 1;
    this.#trim();
  }

  /** The earliest, or Infinity. */
  next(): number {
    return this.#top()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Clears one deadline that is due, earliest first, and returns its owner. */
  takeDue(now: number): T | undefined {
    const top = this.#top();
    if (top === undefined || top.at > now) return undefined;
    const { deadline } = top;
    this.#pop();
    deadline.item = undefined;
    this.clear(deadline);
    return deadline.owner;
  }

  /** The earliest item, once it is where its deadline is. */
  #top(): Item<T> | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      const { deadline } = top;
      if (deadline.item === top && deadline.at === top.at) return top;
      this.#pop();
      if (deadline.item !== top) continue;
      deadline.item = undefined;
      if (deadline.at !== Number.POSITIVE_INFINITY) this.#place(deadline);
    }
    return undefined;
  }

  #place(deadline: Deadline<T>): void {
    const item = { at: deadline.at, deadline };
    deadline.item = item;
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

  /** What has a newer place, or was cleared, stays in the heap, and keeps its owner, until it surfaces; it must not outgrow what lives. */
  #trim(): void {
    if (this.#heap.length > 2 * this.#live + SLACK) this.#rebuild();
  }

  #rebuild(): void {
    const items = this.#heap;
    this.#heap = [];
    for (const item of items) {
      const { deadline } = item;
      if (deadline.item !== item) continue;
      if (deadline.at === Number.POSITIVE_INFINITY) deadline.item = undefined;
      else this.#place(deadline);
    }
  }
}
