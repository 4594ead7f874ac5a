import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from '../exit.ts';
import { type CommandContext, mayAsk } from './context.ts';

/** Of a file that is written (asked for twice) or read. @throws CommandError */
export async function askPassphrase(context: CommandContext, purpose: 'new' | 'known'): Promise<string> {
  if (!mayAsk(context)) return fromStandardInput('a passphrase');
  return purpose === 'known' ? ask('Passphrase:') : askTwice();
}

/** As it was told at registration. @throws CommandError */
export async function askRecoveryKey(context: CommandContext): Promise<string> {
  return mayAsk(context) ? ask('Recovery key:') : fromStandardInput('the recovery key');
}

/** Its first line. A terminal where nobody may be asked gives nothing: waiting for it would never end. */
async function fromStandardInput(what: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    const lines = createInterface({ input: process.stdin });
    try {
      for await (const line of lines) return line;
    } finally {
      lines.close();
    }
  }
  throw new CommandError(`${what} is needed on standard input`, EXIT.usage, 'usage');
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
