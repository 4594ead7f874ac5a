/** Ctrl-C and its like, as one AbortSignal for everything that a command or the menu waits for. */

import { once } from 'node:events';
import { CommandError, EXIT } from './exit.ts';

export interface InterruptionOptions {
  /** Asked at Ctrl-C: whether something smaller than the whole was there, and has been ended. */
  readonly absorb?: () => boolean;
}

/**
 * Runs `body` with a signal that SIGINT and SIGTERM abort (and SIGHUP where the program is somebody's at a terminal: "nohup" keeps its
 * meaning). The body ends by itself then, and leaves everything in order; a second signal ends the program at once.
 */
export async function interruptible<T>(
  body: (signal: AbortSignal) => Promise<T>,
  { absorb = () => false }: InterruptionOptions = {},
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGINT' && absorb()) return;
    stopListening();
    controller.abort(new CommandError('interrupted', EXIT.interrupted, 'interrupted'));
  };
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', ...(process.stdin.isTTY ? ['SIGHUP' as const] : [])];
  const stopListening = (): void => {
    for (const name of names) process.off(name, onSignal);
  };
  for (const name of names) process.on(name, onSignal);
  try {
    return await body(controller.signal);
  } finally {
    stopListening();
  }
}

/** What comes of `work`, unless the signal is first: then nobody waits for it any more. @throws the signal's reason */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
