/** id: show, export, import */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
import { EXIT } from '../exit.ts';
import { profileFolder } from '../settings.ts';
import { clientAction } from './action.ts';
import { type CommandContext, contextOf } from './context.ts';
import { askPassphrase } from './passphrase.ts';

const shownIdentity = z.object({ clientId: z.int().min(1).optional(), fingerprint: z.string() });

export function addIdentity(program: Command): void {
  const id = program.command('id').description('who this client is, its keys: show, export, import');
  id.command('show', { isDefault: true })
    .description('show number and fingerprint')
    .action(
      clientAction(
        shownIdentity,
        async ({ api }) => {
          const { clientId, fingerprint: shown } = await api.call('status', {});
          return {
            value: { clientId, fingerprint: shown },
            text:
              clientId === undefined
                ? 'This profile is not registered yet.'
                : `client ${clientId}, fingerprint ${shown}`,
            exit: clientId === undefined ? EXIT.notSignedIn : undefined,
          };
        },
        { signIn: false },
      ),
    );

  id.command('export')
    .description('write the keys to a file, under a passphrase (asked for, or the first line of standard input)')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const keys = await readClientKeys(keyFile(context), { passphrase: context.settings.passphrase });
      const sealed = await exportClientKeys(keys, await askPassphrase(context, 'new'));
      await writeFileDurably(resolve(file), sealed, { replace: false });
      tell(context, `The keys are in ${file}.`, fingerprint(nodeSuite, publicKeysOf(keys)));
    });

  id.command('import')
    .description('take over exported keys in a profile that has none; "register" then finds the old number')
    .argument('<file>', 'what "id export" has written')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const sealed = new Uint8Array(await readFile(resolve(file)));
      const keys = await importClientKeys(sealed, await askPassphrase(context, 'known'));
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
