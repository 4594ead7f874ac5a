import { input, select } from '@inquirer/prompts';
import { MAX_VIEWS } from '@p2pimg/wire/limits';
import type { Api } from '../api/api.ts';
import { ProgressLine } from '../output.ts';

/** The terminal of the menu: what is said there, and asked. Things are picked from lists, numbers are checked before they are taken. */
export class Screen {
  /** Rejects when the menu is interrupted. */
  readonly api: Api;
  /** Takes every question back. */
  readonly signal: AbortSignal;
  readonly progress: ProgressLine = new ProgressLine(process.stdout);
  #running: AbortController | undefined;

  constructor(api: Api, signal: AbortSignal) {
    this.api = api;
    this.signal = signal;
  }

  readonly say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };

  /** Undefined for "Back". */
  readonly pick = async <T>(
    message: string,
    choices: readonly { readonly name: string; readonly value: T }[],
  ): Promise<T | undefined> => {
    const back = { name: 'Back', value: undefined };
    const { signal } = this;
    return select<T | undefined>({ message, choices: [...choices, back], pageSize: 12 }, { signal });
  };

  /** Undefined for nothing: back. */
  readonly askViews = (message: string): Promise<number | undefined> => this.askNumber(message, MAX_VIEWS);

  /** From 1 to `most`, which has at most five digits; undefined for nothing: back. */
  readonly askNumber = async (message: string, most: number): Promise<number | undefined> => {
    const validate = (text: string): true | string => {
      const trimmed = text.trim();
      if (trimmed === '') return true;
      const value = /^[0-9]{1,5}$/.test(trimmed) ? Number(trimmed) : 0;
      return (value >= 1 && value <= most) || `A whole number from 1 to ${most}, please.`;
    };
    const { signal } = this;
    const answer = await input({ message: `${message} (nothing: back)`, validate }, { signal });
    return answer.trim() === '' ? undefined : Number(answer);
  };

  /** Runs something that Ctrl-C ends without ending the menu. */
  async interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = new AbortController();
    this.#running = running;
    try {
      return await body(AbortSignal.any([this.signal, running.signal]));
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
