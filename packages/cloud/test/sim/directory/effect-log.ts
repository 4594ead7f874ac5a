/**
 * How often the directory has really done what a request asks for. It is kept by what the request is about (an image, a
 * counter, a nonce), not by its claim: a server that claimed one request under two ids would show up here.
 */
export class EffectLog {
  readonly #counts = new Map<string, number>();

  note(what: string): void {
    this.#counts.set(what, this.countOf(what) + 1);
  }

  countOf(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** Everything that was done more than once. */
  repeated(): readonly string[] {
    return [...this.#counts].filter(([, count]) => count > 1).map(([what, count]) => `${what} was done ${count} times`);
  }
}
