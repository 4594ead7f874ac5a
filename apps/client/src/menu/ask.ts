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
export async function askViews(message: string): Promise<number | undefined> {
  const answer = await input({
    message: `${message} (nothing: back)`,
    validate: (text) => {
      const trimmed = text.trim();
      if (trimmed === '') return true;
      const views = /^[0-9]{1,5}$/.test(trimmed) ? Number(trimmed) : 0;
      return (views >= 1 && views <= MAX_VIEWS) || `A whole number from 1 to ${MAX_VIEWS}, please.`;
    },
  });
  return answer.trim() === '' ? undefined : Number(answer);
}
