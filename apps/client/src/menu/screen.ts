import type { Api } from '../api/api.ts';
import { ProgressLine } from '../output.ts';

/** The terminal between two prompts. */
export class Screen {
  readonly api: Api;
  readonly progress: ProgressLine = new ProgressLine(process.stdout);
  #running: AbortController | undefined;

  constructor(api: Api) {
    this.api = api;
  }

  readonly say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };

  /** Runs something that Ctrl-C ends without ending the menu. */
  async interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = new AbortController();
    this.#running = running;
    try {
      return await body(running.signal);
    } finally {
      this.#running = undefined;
    }
  }

  /** Ctrl-C while no prompt waits: whether something was there to be ended. */
  interrupt(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }
}
