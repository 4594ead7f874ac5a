/** Requests and offers that wait for an answer, picked by how their id begins. */

import { CommandError, EXIT } from '../exit.ts';

/** How much of an id the lists show. */
export const SHOWN_DIGITS = 8;

/** @throws CommandError unless exactly one has an id that begins so */
export function only<T extends { readonly id: string }>(
  all: readonly T[],
  start: string,
  what: 'request' | 'offer',
): T {
  const [found, another] = all.filter(({ id }) => id.startsWith(start));
  if (found === undefined) {
    const hint = all.length === 0 ? 'none waits' : `see "p2pimg ${what}s"`;
    throw new CommandError(
      `no ${what} that waits has an id that begins with ${start}: ${hint}`,
      EXIT.error,
      `${what}_unknown`,
    );
  }
  if (another !== undefined) throw new CommandError(`more than one ${what} begins with ${start}`, EXIT.usage, 'usage');
  return found;
}
