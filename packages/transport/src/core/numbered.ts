import { emptyRing, KEPT_CAPACITY } from './ring.ts';

/**
 * Items under rising numbers, taken out about in that order: a ring as long as the numbers from the oldest item to the newest have been since it was empty.
 * A Map that holds one item at a time makes its table anew for each.
 */
export class Numbered<T> {
  #ring: (T | undefined)[] = emptyRing();
  /** All items have numbers from `#first` on and below `#end`. */
  #first = 0;
  #end = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Room in slots, a power of two. */
  get capacity(): number {
    return this.#ring.length;
  }

  get(number: number): T | undefined {
    return number >= this.#first && number < this.#end ? this.#ring[number & (this.#ring.length - 1)] : undefined;
  }

  /** @param number above all that were added before */
  add(number: number, item: T): void {
    if (this.#size === 0) this.#first = number;
    if (number - this.#first >= this.#ring.length) this.#grow(number - this.#first + 1);
    this.#end = number + 1;
    this.#ring[number & (this.#ring.length - 1)] = item;
    this.#size++;
  }

  /** Takes the item out. */
  take(number: number): T | undefined {
    const item = this.get(number);
    if (item === undefined) return undefined;
    this.#ring[number & (this.#ring.length - 1)] = undefined;
    this.#size--;
    if (this.#size === 0) {
      this.#first = this.#end;
      this.#shrink();
      return item;
    }
    while (this.#ring[this.#first & (this.#ring.length - 1)] === undefined) this.#first++;
    return item;
  }

  /** Takes all of them out, the oldest first. */
  takeAll(): T[] {
    const items: T[] = [];
    for (let number = this.#first; number < this.#end; number++) {
      const item = this.get(number);
      if (item !== undefined) items.push(item);
    }
    this.#ring.fill(undefined);
    this.#first = this.#end;
    this.#size = 0;
    this.#shrink();
    return items;
  }

  /** Nothing is left: room for many, which a silent peer may have caused, is given back. */
  #shrink(): void {
    if (this.#ring.length > KEPT_CAPACITY) this.#ring = emptyRing();
  }

  #grow(wanted: number): void {
    const old = this.#ring;
    let capacity = old.length;
    while (capacity < wanted) capacity *= 2;
    const larger = new Array<T | undefined>(capacity).fill(undefined);
    for (let number = this.#first; number < this.#end; number++) {
      larger[number & (capacity - 1)] = old[number & (old.length - 1)];
    }
    this.#ring = larger;
  }
}
