import { emptyRing, KEPT_CAPACITY } from './ring.ts';

/**
 * First in, first out, in a ring that grows, and gives room for many back when it is empty. An array that is filled and emptied by turns gives its memory back and takes it again each
 * time, and so does a set: for queues that hold one thing at a time that is most of what they cost.
 */
export class Fifo<T> {
  #ring: (T | undefined)[] = emptyRing();
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Room in slots, a power of two. */
  get capacity(): number {
    return this.#ring.length;
  }

  /** What `shift` gives next. */
  get first(): T | undefined {
    return this.#ring[this.#head];
  }

  /** The item with so many before it; undefined past the end. */
  at(index: number): T | undefined {
    return index < this.#length ? this.#ring[this.#slot(index)] : undefined;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[this.#slot(this.#length++)] = item;
  }

  /** Puts it before all others. */
  unshift(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#head = this.#slot(-1);
    this.#ring[this.#head] = item;
    this.#length++;
  }

  shift(): T | undefined {
    const item = this.#ring[this.#head];
    if (this.#length === 0) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = this.#slot(1);
    this.#length--;
    if (this.#length === 0) this.#shrink();
    return item;
  }

  /** Takes out the item with so many before it, which is there. */
  remove(index: number): void {
    for (let i = index; i > 0; i--) this.#ring[this.#slot(i)] = this.#ring[this.#slot(i - 1)];
    this.shift();
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#length = 0;
    this.#shrink();
  }

  #shrink(): void {
    if (this.#ring.length <= KEPT_CAPACITY) return;
    this.#ring = emptyRing();
    this.#head = 0;
  }

  #slot(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1);
  }

  #grow(): void {
    const larger = new Array<T | undefined>(this.#ring.length * 2).fill(undefined);
    for (let i = 0; i < this.#length; i++) larger[i] = this.#ring[this.#slot(i)];
    this.#ring = larger;
    this.#head = 0;
  }
}
