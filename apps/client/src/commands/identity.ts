/** id show, export, import */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { password } from '@inquirer/prompts';
import {
  exportClientKeys,
  fingerprint,
  importClientKeys,
  nodeSuite,
  publicKeysOf,
  readClientKeys,
  writeClientKeys,
  writeFileDurably,
} from '@p2pimg/identity';
import type { Command } from 'commander';
import { z } from 'zod';
import { CommandError, EXIT } from '../exit.ts';
import { profileFolder } from '../settings.ts';
import { type CommandContext, contextOf, withApi } from './context.ts';

const clientId = z.int().min(1);

export function addIdentity(program: Command): void {
  const id = program.command('id').description('who this client is: its keys');
  id.command('show', { isDefault: true })
    .description('show number and fingerprint')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const { clientId: number, fingerprint: shown } = await api.call('status', {});
          const text =
            number === undefined ? 'This profile is not registered yet.' : `client ${number}, fingerprint ${shown}`;
          const schema = z.object({ clientId: clientId.optional(), fingerprint: z.string() });
          context.output.result(schema, { clientId: number, fingerprint: shown }, text);
          return number === undefined ? EXIT.notSignedIn : undefined;
        },
        { signIn: false },
      );
    });

  id.command('export')
    .description('write the keys to a file, under a passphrase (asked for, or the first line of standard input)')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const keys = await readClientKeys(keyFile(context), { passphrase: context.settings.passphrase });
      const sealed = await exportClientKeys(keys, await askPassphrase(context));
      await writeFileDurably(resolve(file), sealed, { replace: false });
      tell(context, `The keys are in ${file}.`, fingerprint(nodeSuite, publicKeysOf(keys)));
    });

  id.command('import')
    .description('take over exported keys in a profile that has none; "register" then finds the old number')
    .argument('<file>', 'what "id export" has written')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const keys = await importClientKeys(new Uint8Array(await readFile(resolve(file))), await askPassphrase(context));
      await writeClientKeys(keyFile(context), keys, { passphrase: context.settings.passphrase });
      tell(context, 'The keys are here. Next: p2pimg register.', fingerprint(nodeSuite, publicKeysOf(keys)));
    });
}

function keyFile({ settings }: CommandContext): string {
  return join(profileFolder(settings.profile), 'keys.json');
}

function tell({ output }: CommandContext, text: string, shown: string): void {
  output.result(z.object({ fingerprint: z.string() }), { fingerprint: shown }, `${text} Fingerprint ${shown}.`);
}

async function askPassphrase({ options }: CommandContext): Promise<string> {
  if (options.input && process.stdin.isTTY === true && process.stdout.isTTY === true) {
    return password({ message: 'Passphrase of the export (8 characters or more):', mask: true });
  }
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
  }
  throw new CommandError('a passphrase is needed on standard input', EXIT.usage, 'usage');
}
