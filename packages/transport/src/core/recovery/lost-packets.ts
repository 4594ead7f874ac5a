/** Below this many forgotten numbers at the front the list is not moved together. */
const COMPACT_FROM = 64;

/**
 * Numbers of packets declared lost that may be acknowledged after all, in rising order: packets are declared lost from the oldest
 * on. To look a range up costs a binary search, whatever the length of the list; only what is found is moved.
 */
export class LostPackets {
  #numbers: number[] = [];
  /** Numbers before it are forgotten. */
  #head = 0;

  get size(): number {
    return this.#numbers.length - this.#head;
  }

  /** @param number above all that were added before */
  add(number: number): void {
    this.#numbers.push(number);
  }

  /** Takes out the numbers in `first` … `last`, and returns them. */
  take(first: number, last: number): readonly number[] {
    const from = this.#search(first);
    const to = this.#search(last + 1);
    return from === to ? [] : this.#numbers.splice(from, to - from);
  }

  /** Nobody remembers what was in the packets below `oldest`. */
  forgetBelow(oldest: number): void {
    while (this.#head < this.#numbers.length && this.#numbers[this.#head]! < oldest) this.#head++;
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#numbers.length) return;
    this.#numbers = this.#numbers.slice(this.#head);
    this.#head = 0;
  }

  /** Index of the first number that is not below `number`. */
  #search(number: number): number {
    let low = this.#head;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
