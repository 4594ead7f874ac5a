/** Addresses that are remembered; past it the oldest is forgotten, and with it what it has used up. */
const MAX_SOURCES = 10_000;

/** A token bucket for each source, filled evenly: `perMinute` at once, and then `perMinute` a minute. */
export class RateLimit {
  readonly #perMinute: number;
  /** When the bucket would be full again, by source; least recently used first. */
  readonly #fullAt = new Map<string, number>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes one. 0, or the ms after which there is one again (and nothing was taken). */
  take(source: string, now: number): number {
    const each = 60_000 / this.#perMinute;
    const fullAt = Math.max(now, this.#fullAt.get(source) ?? now) + each;
    const wait = fullAt - now - 60_000;
    if (wait > 0) return Math.ceil(wait);
    this.#fullAt.delete(source);
    this.#fullAt.set(source, fullAt);
    if (this.#fullAt.size > MAX_SOURCES) this.#fullAt.delete(this.#fullAt.keys().next().value ?? '');
    return 0;
  }
}
