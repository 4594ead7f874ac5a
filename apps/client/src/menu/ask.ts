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

export async function askViews(message: string, fallback?: number): Promise<number> {
  const answer = await input({
    message,
    ...(fallback === undefined ? {} : { default: String(fallback) }),
    validate: (text) => {
      const views = /^[0-9]{1,5}$/.test(text.trim()) ? Number(text) : 0;
      return (views >= 1 && views <= MAX_VIEWS) || `A whole number from 1 to ${MAX_VIEWS}, please.`;
    },
  });
  return Number(answer);
}

/** Empty means: back. */
export async function askText(message: string): Promise<string> {
  return (await input({ message })).trim();
}
