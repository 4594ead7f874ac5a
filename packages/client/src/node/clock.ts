/** Milliseconds since the epoch that never fall: when the system's clock is set back, they go on from where they were. */
export class Clock {
  #last = 0;
  #ahead = 0;

  now(): number {
    const wall = Date.now();
    if (wall + this.#ahead < this.#last) this.#ahead = this.#last - wall;
    this.#last = wall + this.#ahead;
    return this.#last;
  }
}
