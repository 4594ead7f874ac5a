/** What the demo claims, and whether it holds: the program checks itself. */

export interface Fact {
  readonly claim: string;
  readonly holds: boolean;
  /** What was seen. */
  readonly seen: unknown;
}

export class Facts {
  readonly #facts: Fact[] = [];

  /** Notes that something must be so, with what was seen. Returns whether it is. */
  check(claim: string, holds: boolean, seen: unknown): boolean {
    this.#facts.push({ claim, holds, seen });
    return holds;
  }

  /** Notes that something must equal what is expected (compared as JSON). */
  equal(claim: string, seen: unknown, expected: unknown): boolean {
    return this.check(claim, JSON.stringify(seen) === JSON.stringify(expected), seen);
  }

  get all(): readonly Fact[] {
    return this.#facts;
  }

  get broken(): readonly Fact[] {
    return this.#facts.filter(({ holds }) => !holds);
  }
}
