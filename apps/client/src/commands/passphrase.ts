import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from '../exit.ts';
import { type CommandContext, mayAsk } from './context.ts';

/** Of a file that is written (asked for twice) or read: at the terminal, or the first line of standard input. @throws CommandError */
export async function askPassphrase(context: CommandContext, purpose: 'new' | 'known'): Promise<string> {
  if (mayAsk(context)) return purpose === 'known' ? ask('Passphrase:') : askTwice();
  // A terminal where nobody may be asked gives no passphrase either: waiting for one would never end.
  if (process.stdin.isTTY !== true) {
    const lines = createInterface({ input: process.stdin });
    try {
      for await (const line of lines) return line;
    } finally {
      lines.close();
    }
  }
  throw new CommandError('a passphrase is needed on standard input', EXIT.usage, 'usage');
}

async function ask(message: string): Promise<string> {
  // Slow to load, and most commands ask nothing.
  const { password } = await import('@inquirer/prompts');
  return password({ message, mask: true });
}

async function askTwice(): Promise<string> {
  for (;;) {
    const passphrase = await ask('New passphrase (8 characters or more):');
    if ((await ask('Once more:')) === passphrase) return passphrase;
    process.stderr.write('These two differ.\n');
  }
}
