/** Questions: things are picked from lists, numbers are checked before they are taken. */

import { input, select } from '@inquirer/prompts';
import { MAX_VIEWS } from '@p2pimg/wire';

/** Undefined for "Back", and when there is nothing to pick. */
export async function pick<T>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
): Promise<T | undefined> {
  const back = { name: 'Back', value: undefined };
  return select<T | undefined>({ message, choices: [...choices, back], pageSize: 12 });
}

/** Undefined for nothing: back. */
export function askViews(message: string): Promise<number | undefined> {
  return askNumber(message, MAX_VIEWS);
}

/** From 1 to `most`, which has at most five digits; undefined for nothing: back. */
export async function askNumber(message: string, most: number): Promise<number | undefined> {
  const answer = await input({
    message: `${message} (nothing: back)`,
    validate: (text) => {
      const trimmed = text.trim();
      if (trimmed === '') return true;
      const value = /^[0-9]{1,5}$/.test(trimmed) ? Number(trimmed) : 0;
      return (value >= 1 && value <= most) || `A whole number from 1 to ${most}, please.`;
    },
  });
  return answer.trim() === '' ? undefined : Number(answer);
}
