/** From what a command does to what it says and how the program ends. */

import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import type { ExitCode } from '../exit.ts';
import type { Schema } from '../output.ts';
import { type CommandContext, contextOf, type SessionOptions, withApi } from './context.ts';

export interface Session {
  readonly api: Api;
  /** As for {@link withApi}. */
  readonly signal: AbortSignal;
  readonly context: CommandContext;
}

/** What came of a command: for scripts, for people, and the exit code when it is not 0. */
export interface Outcome<T> {
  readonly value: T;
  readonly text: string;
  readonly exit?: ExitCode | undefined;
}

export interface ActionOptions<A> extends SessionOptions {
  /** What is asked before anything is opened; throws when the answer is no. */
  readonly before?: (context: CommandContext, given: A) => Promise<void>;
}

/**
 * An action for commander: runs `body` with a client that is signed in (unless `signIn` is false), checks its value by the schema and
 * prints it. `A`: the command's arguments, then its options.
 */
export function clientAction<T extends object, A extends readonly unknown[]>(
  schema: Schema<T>,
  body: (session: Session, ...given: A) => Promise<Outcome<T>>,
  { before, ...options }: ActionOptions<A> = {},
): (...given: readonly unknown[]) => Promise<void> {
  return async (...given) => {
    const context = await contextOf(given.at(-1) as Command);
    const args = given.slice(0, -1) as unknown as A;
    await before?.(context, args);
    await withApi(
      context,
      async (api, signal) => {
        const { value, text, exit } = await body({ api, signal, context }, ...args);
        await context.output.result(schema, value, text);
        return exit;
      },
      options,
    );
  };
}
