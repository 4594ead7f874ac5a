/** id: show, export, import, rotate, recover; passphrase is in a file of its own */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ClientKeys } from '@p2pimg/identity';
import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import type { Zod } from '../output.ts';
import { profileFolder } from '../profile-folder.ts';
import { clientAction } from './action.ts';
import { clientArgument } from './arguments.ts';
import { confirmed } from './confirm.ts';
import { type CommandContext, contextOf, requireRegistered } from './context.ts';
import { addKeyPassphrase } from './key-passphrase.ts';

const newKeys = (z: Zod) => z.object({ fingerprint: z.string() });
const shownIdentity = (z: Zod) => z.object({ clientId: z.int().min(1).optional(), fingerprint: z.string() });

export function addIdentity(program: Command): void {
  const id = program
    .command('id')
    .description('who this client is, its keys: show, export, import, rotate, recover, passphrase');
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

  addRotation(id);

  id.command('export')
    .description('write the keys to a file, under a passphrase (asked for, or the first line of standard input)')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const { exportClientKeys, writeFileDurably } = await import('@p2pimg/identity');
      const { askPassphrase, readKeys } = await import('./passphrase.ts');
      const keys = await readKeys(context, keyFile(context));
      const sealed = await exportClientKeys(keys, await askPassphrase(context, 'new'));
      await writeFileDurably(resolve(file), sealed, { replace: false });
      await tell(context, `The keys are in ${file}.`, keys);
    });

  id.command('import')
    .description('take over exported keys in a profile that has none; "register" then finds the old number')
    .argument('<file>', 'what "id export" has written')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const { importClientKeys, writeClientKeys } = await import('@p2pimg/identity');
      const { askPassphrase } = await import('./passphrase.ts');
      const sealed = new Uint8Array(await readFile(resolve(file)));
      const keys = await importClientKeys(sealed, await askPassphrase(context, 'known'));
      await writeClientKeys(keyFile(context), keys, { passphrase: context.settings.passphrase });
      await tell(context, 'The keys are here. Next: p2pimg register.', keys);
    });

  addKeyPassphrase(id);
}

function addRotation(id: Command): void {
  id.command('rotate')
    .description('replace the keys; who knows the old ones gets an alarm and compares fingerprints')
    .option('--recovery', 'the old keys are stolen: use the recovery key (asked for, or a line of standard input)')
    .action(
      clientAction(
        newKeys,
        async ({ api, context, signal }, { recovery }: { recovery?: boolean }) => {
          await requireRegistered(api);
          const { askRecoveryKey } = await import('./passphrase.ts');
          const recoveryKey = recovery ? await askRecoveryKey(context, signal) : undefined;
          const { fingerprint: shown } = await api.call('rotateKeys', { recoveryKey });
          const text = `The keys are new. Fingerprint ${shown}. Tell it to whom you share with, and make a new backup.`;
          return { value: { fingerprint: shown }, text };
        },
        {
          signIn: false,
          untimed: true,
          before: (context) => confirmed(context, 'Replace the keys? Everybody you share with gets an alarm.'),
        },
      ),
    );

  id.command('recover')
    .description('make this new profile the client whose keys are lost, by its recovery key')
    .argument('<client>', 'its number', clientArgument)
    .action(
      clientAction(
        newKeys,
        async ({ api, context, signal }, clientId: number) => {
          const { askRecoveryKey } = await import('./passphrase.ts');
          const { fingerprint: shown } = await api.call('recover', {
            clientId,
            recoveryKey: await askRecoveryKey(context, signal),
          });
          const text = `This profile is client ${clientId} now. Fingerprint ${shown}. Pictures come back from a backup only.`;
          return { value: { fingerprint: shown }, text };
        },
        { signIn: false, untimed: true },
      ),
    );
}

function keyFile({ settings }: CommandContext): string {
  return join(profileFolder(settings.profile), 'keys.json');
}

async function tell({ output }: CommandContext, text: string, keys: ClientKeys): Promise<void> {
  const { fingerprint, nodeSuite, publicKeysOf } = await import('@p2pimg/identity');
  const shown = fingerprint(nodeSuite, publicKeysOf(keys));
  await output.result(newKeys, { fingerprint: shown }, `${text} Fingerprint ${shown}.`);
}
