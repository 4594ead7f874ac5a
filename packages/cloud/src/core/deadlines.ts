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
 * Deadlines that are set, moved, cleared, and taken when they are due. A binary heap of the deadlines themselves. What moves to a later time
 * stays where it is until it surfaces: most are cleared before. What is cleared leaves at once, mostly from near the end, where that is cheap:
 * the heap stays as small as what lives.
 */
export class Deadlines<T> {
  readonly #heap: Deadline<T>[] = [];

  set(deadline: Deadline<T>, at: number): void {
    deadline.at = at;
    if (deadline.place < 0) this.#push(deadline);
    else if (at < deadline.key) {
      deadline.key = at;
      this.#rise(deadline);
    }
  }

  clear(deadline: Deadline<T>): void {
    if (deadline.place >= 0) this.#remove(deadline);
  }

  /** The earliest, or Infinity. */
  next(): number {
    return this.#top()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Clears one deadline that is due, earliest first, and returns its owner. */
  takeDue(now: number): T | undefined {
    const top = this.#top();
    if (top === undefined || top.at > now) return undefined;
    this.#remove(top);
    return top.owner;
  }

  /** The earliest, once it is where it belongs. */
  #top(): Deadline<T> | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.at === top.key) return top;
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

  /** The last one takes its place, and goes where it belongs from there. */
  #remove(deadline: Deadline<T>): void {
    const { place, key } = deadline;
    deadline.at = Number.POSITIVE_INFINITY;
    deadline.place = -1;
    const last = this.#heap.pop()!;
    if (last === deadline) return;
    last.place = place;
    if (last.key < key) this.#rise(last);
    else this.#sink(last);
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
}
