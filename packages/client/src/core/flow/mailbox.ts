import type { Flow, Flows } from './flows.ts';

/** Things that arrive for one flow, in order. */
export class Mailbox<T> {
  readonly #flows: Flows;
  readonly #letters: T[] = [];
  #reader: number | undefined;

  constructor(flows: Flows) {
    this.#flows = flows;
  }

  post(letter: T): void {
    const reader = this.#reader;
    this.#letters.push(letter);
    this.#reader = undefined;
    if (reader !== undefined) this.#flows.settle(reader, undefined);
  }

  /** The next letter. @throws WaitTimeoutError */
  *next(deadline?: number): Flow<T> {
    while (this.#letters.length === 0) {
      const token = this.#flows.token();
      this.#reader = token;
      try {
        yield* this.#flows.wait(token, deadline);
      } finally {
        if (this.#reader === token) this.#reader = undefined;
      }
    }
    return this.#letters.shift() as T;
  }
}
