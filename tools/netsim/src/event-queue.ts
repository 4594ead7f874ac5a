/**
 * A binary heap of events by (time, order of arrival), kept in typed arrays so that a run of millions of events
 * allocates nothing but what it carries.
 *
 * Invariant: at every heap position p > 0, (time, sequence) of its parent is smaller. Slots that are not in the heap are
 * on the free list; the payload of a free slot is undefined, so that the queue holds no garbage alive.
 */
export class EventQueue {
  /** The fields of the event that `pop` has taken. */
  time = 0;
  kind = 0;
  node = 0;
  from = 0;
  /** The life of the node that the event is meant for (see `SimNode`). */
  life = 0;
  payload: unknown = undefined;

  #size = 0;
  #sequence = 0;
  #times: Float64Array<ArrayBuffer>;
  #sequences: Float64Array<ArrayBuffer>;
  #slots: Int32Array<ArrayBuffer>;
  #fields: Int32Array<ArrayBuffer>;
  #payloads: unknown[];
  #free: Int32Array<ArrayBuffer>;
  #freeCount: number;

  constructor(capacity = 256) {
    this.#times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#fields = new Int32Array(capacity * FIELDS);
    this.#payloads = new Array(capacity).fill(undefined);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** When the next event is due; Infinity when there is none. */
  nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(time: number, kind: number, node: number, from: number, life: number, payload: unknown): void {
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#free[--this.#freeCount]!;
    const base = slot * FIELDS;
    const fields = this.#fields;
    fields[base] = kind;
    fields[base + 1] = node;
    fields[base + 2] = from;
    fields[base + 3] = life;
    this.#payloads[slot] = payload;
    this.#rise(this.#size++, time, this.#sequence++, slot);
  }

  /** Takes the earliest event into the public fields; false when the queue is empty. */
  pop(): boolean {
    if (this.#size === 0) return false;
    const slot = this.#slots[0]!;
    const base = slot * FIELDS;
    const fields = this.#fields;
    this.time = this.#times[0]!;
    this.kind = fields[base]!;
    this.node = fields[base + 1]!;
    this.from = fields[base + 2]!;
    this.life = fields[base + 3]!;
    this.payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    this.#free[this.#freeCount++] = slot;
    const last = --this.#size;
    if (last > 0) this.#sink(this.#times[last]!, this.#sequences[last]!, this.#slots[last]!);
    return true;
  }

  #rise(start: number, time: number, sequence: number, slot: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // A newcomer has the highest sequence, so equal times never pass each other.
      if (this.#times[parent]! <= time) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#place(at, time, sequence, slot);
  }

  #sink(time: number, sequence: number, slot: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(child + 1, this.#times[child]!, this.#sequences[child]!)) child += 1;
      if (!this.#before(child, time, sequence)) break;
      this.#move(child, at);
      at = child;
    }
    this.#place(at, time, sequence, slot);
  }

  #before(position: number, time: number, sequence: number): boolean {
    const own = this.#times[position]!;
    return own < time || (own === time && this.#sequences[position]! < sequence);
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#times[from]!, this.#sequences[from]!, this.#slots[from]!);
  }

  #place(at: number, time: number, sequence: number, slot: number): void {
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#slots[at] = slot;
  }

  #grow(): void {
    const old = this.#payloads.length;
    const capacity = old * 2;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#sequences = enlarged(this.#sequences, new Float64Array(capacity));
    this.#slots = enlarged(this.#slots, new Int32Array(capacity));
    this.#fields = enlarged(this.#fields, new Int32Array(capacity * FIELDS));
    this.#free = new Int32Array(capacity);
    for (let slot = capacity - 1; slot >= old; slot--) {
      this.#payloads[slot] = undefined;
      this.#free[this.#freeCount++] = slot;
    }
  }
}

/** Integers kept per event: kind, node, from, life. */
const FIELDS = 4;

function enlarged<A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(from: A, to: A): A {
  to.set(from);
  return to;
}
