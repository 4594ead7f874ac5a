import { createInterface } from 'node:readline/promises';
import { type ClientKeys, readClientKeys } from '@p2pimg/identity';
import { CommandError, EXIT } from '../exit.ts';
import { withKeyPassphrase } from '../key-passphrase.ts';
import { type CommandContext, mayAsk } from './context.ts';

/** Of a file that is written (asked for twice) or read. @throws CommandError */
export async function askPassphrase(
  context: CommandContext,
  purpose: 'new' | 'known',
  signal?: AbortSignal,
): Promise<string> {
  if (!mayAsk(context)) return fromStandardInput('a passphrase', signal);
  return purpose === 'known' ? ask('Passphrase:', { signal }) : askTwice();
}

/** As it was told at registration. @throws CommandError */
export async function askRecoveryKey(context: CommandContext, signal: AbortSignal): Promise<string> {
  return mayAsk(context) ? ask('Recovery key:', { signal }) : fromStandardInput('the recovery key', signal);
}

/** @throws as {@link withKeyPassphrase}, errors of the key file */
export function readKeys(context: CommandContext, path: string): Promise<ClientKeys> {
  return withKeyPassphrase(context.settings.passphrase, { ask: mayAsk(context), signal: undefined }, (passphrase) =>
    readClientKeys(path, { passphrase }),
  );
}

/** Its first line. A terminal where nobody may be asked gives nothing: waiting for it would never end. */
async function fromStandardInput(what: string, signal?: AbortSignal): Promise<string> {
  if (process.stdin.isTTY !== true) {
    const lines = createInterface({ input: process.stdin, ...(signal === undefined ? {} : { signal }) });
    try {
      for await (const line of lines) return line;
    } finally {
      lines.close();
    }
  }
  signal?.throwIfAborted();
  throw new CommandError(`${what} is needed on standard input`, EXIT.usage, 'usage');
}

interface Question {
  readonly validate?: (text: string) => true | string;
  /** Takes it back. */
  readonly signal?: AbortSignal | undefined;
}

async function ask(message: string, { validate = () => true, signal }: Question = {}): Promise<string> {
  // Slow to load, and most commands ask nothing.
  const { password } = await import('@inquirer/prompts');
  return password({ message, mask: true, validate }, signal === undefined ? {} : { signal });
}

const MIN_PASSPHRASE = 8;
const TOO_SHORT = `${MIN_PASSPHRASE} characters or more, please.`;

async function askTwice(): Promise<string> {
  for (;;) {
    const validate = (text: string): true | string => text.length >= MIN_PASSPHRASE || TOO_SHORT;
    const passphrase = await ask('New passphrase:', { validate });
    if ((await ask('Once more:')) === passphrase) return passphrase;
    process.stderr.write('These two differ.\n');
  }
}
