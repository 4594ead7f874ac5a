/**
 * Flows: what happens over time, written top-down as generators, without a clock or a promise.
 *
 * A flow yields a wait; whoever settles its token (a completion from outside, a message, another flow) resumes it. A token
 * settles once: late and doubled completions find nothing. A wait with a deadline is resumed with `WaitTimeoutError`.
 */

export interface Wait {
  readonly token: number;
  readonly deadline: number | undefined;
}

export type Flow<T> = Generator<Wait, T, unknown>;

/** A wait's deadline has passed. */
export class WaitTimeoutError extends Error {
  override readonly name: string = 'WaitTimeoutError';
}

interface Waiting {
  readonly flow: Flow<unknown>;
  readonly deadline: number | undefined;
}

export class Flows {
  readonly #waiting = new Map<number, Waiting>();
  readonly #onDefect: (error: unknown) => void;
  /** Waits with a deadline, and a time that none of their deadlines is before. */
  #timed = 0;
  #notBefore = Number.POSITIVE_INFINITY;
  #lastToken = 0;

  /** @param onDefect told what a flow threw that nobody caught */
  constructor(onDefect: (error: unknown) => void) {
    this.#onDefect = onDefect;
  }

  token(): number {
    return ++this.#lastToken;
  }

  /** Waits for the token. @throws WaitTimeoutError, or what the token is rejected with */
  *wait<T>(token: number, deadline?: number): Flow<T> {
    return (yield { token, deadline }) as T;
  }

  /** Runs a flow up to its first wait. */
  spawn(flow: Flow<unknown>): void {
    this.#advance(flow, false, undefined);
  }

  settle(token: number, value: unknown): boolean {
    return this.#take(token, false, value);
  }

  reject(token: number, error: unknown): boolean {
    return this.#take(token, true, error);
  }

  /** Resumes every flow whose deadline is not after `now`, earliest first. */
  expire(now: number): void {
    if (now < this.#notBefore) return;
    const due = [...this.#waiting]
      .filter(([, { deadline }]) => deadline !== undefined && deadline <= now)
      .sort(([, a], [, b]) => (a.deadline ?? 0) - (b.deadline ?? 0));
    for (const [token] of due) this.reject(token, new WaitTimeoutError('the wait has taken too long'));
    this.#notBefore = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#waiting.values())
      this.#notBefore = Math.min(this.#notBefore, deadline ?? this.#notBefore);
  }

  /** Not after the first deadline; maybe before it, when what was to be first has been settled. */
  nextDeadline(): number | undefined {
    return this.#timed === 0 ? undefined : this.#notBefore;
  }

  get size(): number {
    return this.#waiting.size;
  }

  #take(token: number, failed: boolean, value: unknown): boolean {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return false;
    this.#waiting.delete(token);
    if (waiting.deadline !== undefined) this.#timed -= 1;
    this.#advance(waiting.flow, failed, value);
    return true;
  }

  /** Runs a flow up to its next wait, with what its last one has come to. */
  #advance(flow: Flow<unknown>, failed: boolean, value: unknown): void {
    try {
      const result = failed ? flow.throw(value) : flow.next(value);
      if (result.done) return;
      const { token, deadline } = result.value;
      this.#waiting.set(token, { flow, deadline });
      if (deadline === undefined) return;
      this.#timed += 1;
      this.#notBefore = Math.min(this.#notBefore, deadline);
    } catch (error) {
      this.#onDefect(error);
    }
  }
}
