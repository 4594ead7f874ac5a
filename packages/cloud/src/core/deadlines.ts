/** So many places more than it needs the heap may always have. */
const SLACK = 64;

/** When its owner is due, in one `Deadlines`. */
export class Deadline<T> {
  readonly owner: T;
  /** Infinity: never. */
  at: number = Number.POSITIVE_INFINITY;
  /** By what the heap orders it: `at`, or a time before it. */
  key: number = Number.POSITIVE_INFINITY;
  /** Its place in the heap; -1: it is not there. */
  place = -1;

  constructor(owner: T) {
    this.owner = owner;
  }
}

/**
 * Deadlines that are set, moved, cleared, and taken when they are due. A binary heap of the deadlines themselves that does not touch what
 * moves to a later time, or is cleared, before it surfaces: most deadlines are.
 */
export class Deadlines<T> {
  #heap: Deadline<T>[] = [];
  /** Set, and not cleared. */
  #live = 0;

  set(deadline: Deadline<T>, at: number): void {
    if (deadline.at === Number.POSITIVE_INFINITY) this.#live += 1;
    deadline.at = at;
    if (deadline.place < 0) this.#push(deadline);
    else if (at < deadline.key) {
      deadline.key = at;
      this.#rise(deadline);
    }
  }

  clear(deadline: Deadline<T>): void {
    if (deadline.at === Number.POSITIVE_INFINITY) return;
    deadline.at = Number.POSITIVE_INFINITY;
    this.#live -= 1;
    // What was cleared stays in the heap, and keeps its owner, until it surfaces; it must not outgrow what lives.
    if (this.#heap.length > 2 * this.#live + SLACK) this.#rebuild();
  }

  /** The earliest, or Infinity. */
  next(): number {
    return this.#top()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Clears one deadline that is due, earliest first, and returns its owner. */
  takeDue(now: number): T | undefined {
    const top = this.#top();
    if (top === undefined || top.at > now) return undefined;
    top.at = Number.POSITIVE_INFINITY;
    this.#live -= 1;
    this.#pop();
    return top.owner;
  }

  /** The earliest, once it is where it belongs. */
  #top(): Deadline<T> | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.at === top.key) return top;
      if (top.at === Number.POSITIVE_INFINITY) {
        this.#pop();
        continue;
      }
      top.key = top.at;
      this.#sink(top);
    }
    return undefined;
  }

  #push(deadline: Deadline<T>): void {
    deadline.key = deadline.at;
    deadline.place = this.#heap.length;
    this.#heap.push(deadline);
    this.#rise(deadline);
  }

  #pop(): void {
    const heap = this.#heap;
    heap[0]!.place = -1;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    last.place = 0;
    this.#sink(last);
  }

  /** From its place towards the first, past all with a later key. */
  #rise(deadline: Deadline<T>): void {
    const heap = this.#heap;
    const { key } = deadline;
    let i = deadline.place;
    while (i > 0) {
      const parent = heap[(i - 1) >> 1]!;
      if (parent.key <= key) break;
      heap[i] = parent;
      parent.place = i;
      i = (i - 1) >> 1;
    }
    heap[i] = deadline;
    deadline.place = i;
  }

  /** From its place towards the last, past all with an earlier key. */
  #sink(deadline: Deadline<T>): void {
    const heap = this.#heap;
    const { key } = deadline;
    let i = deadline.place;
    for (;;) {
      let at = 2 * i + 1;
      if (at >= heap.length) break;
      if (at + 1 < heap.length && heap[at + 1]!.key < heap[at]!.key) at += 1;
      const child = heap[at]!;
      if (child.key >= key) break;
      heap[i] = child;
      child.place = i;
      i = at;
    }
    heap[i] = deadline;
    deadline.place = i;
  }

  #rebuild(): void {
    const all = this.#heap;
    this.#heap = [];
    for (const deadline of all) {
      if (deadline.at === Number.POSITIVE_INFINITY) deadline.place = -1;
      else this.#push(deadline);
    }
  }
}
