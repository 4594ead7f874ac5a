/** How long grace lasts after an outage: time for every client to renew. Leases are shorter than this in practice. */
const LASTS_MS = 120_000;
const MOST_MS = 600_000;

/**
 * While the database was away nobody could renew a lease, so for a while after it leases count as that much longer.
 * Each process judges by what it saw itself. Times are monotonic, in ms.
 */
export class OutageGrace {
  #awaySince: number | undefined;
  #graceMs = 0;
  #until = 0;

  failed(now: number): void {
    this.#awaySince ??= now;
  }

  answered(now: number): void {
    if (this.#awaySince === undefined) return;
    this.#graceMs = Math.min(MOST_MS, Math.max(now - this.#awaySince, this.graceMs(now)));
    this.#until = now + LASTS_MS;
    this.#awaySince = undefined;
  }

  graceMs(now: number): number {
    return now < this.#until ? Math.round(this.#graceMs) : 0;
  }
}
