/** A closed session repeats its last word for this long, so many times at most. */
const DRAIN_MS = 500;
const MAX_LAST_WORDS = 5;

/** The last word of a session that was closed here: said once, and again to whoever speaks on as if nothing were. */
export class Farewell {
  /** Of the close frame. */
  readonly code: number;
  readonly until: number;
  #said = 0;
  #owed = true;

  constructor(code: number, now: number) {
    this.code = code;
    this.until = now + DRAIN_MS;
  }

  /** The peer has not heard it. */
  repeat(): void {
    this.#owed = this.#said < MAX_LAST_WORDS;
  }

  /** Whether it is to be said now. */
  take(): boolean {
    if (!this.#owed) return false;
    this.#owed = false;
    this.#said++;
    return true;
  }
}
