/** What the server says while it runs. pino's loggers are such. Never given a key, a picture or unchecked text. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const INTERVAL_MS = 1_000;

/** Lets one line of each kind through in a second, and counts the others. */
export class Throttle {
  readonly #last = new Map<string, { at: number; suppressed: number }>();

  /** How many were held back since the last one of that kind, or undefined: hold this one back, too. */
  pass(kind: string, now: number): number | undefined {
    const last = this.#last.get(kind);
    if (last !== undefined && now - last.at < INTERVAL_MS) {
      last.suppressed += 1;
      return undefined;
    }
    this.#last.set(kind, { at: now, suppressed: 0 });
    return last?.suppressed ?? 0;
  }
}
