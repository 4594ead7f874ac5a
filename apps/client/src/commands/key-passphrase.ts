/** id passphrase */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import type { Zod } from '../output.ts';
import { profileFolder } from '../profile-folder.ts';
import type { ClientSettings } from '../settings.ts';
import { type CommandContext, contextOf } from './context.ts';

const changed = (z: Zod) => z.object({ fingerprint: z.string(), protected: z.boolean() });

export function addKeyPassphrase(id: Command): void {
  id.command('passphrase')
    .description(
      'put the keys of this profile under a passphrase, or under another one (asked for, or a line of standard input)',
    )
    .option('--remove', 'keep the keys without one')
    .action(async ({ remove = false }: { remove?: boolean }, command: Command) => {
      const context = await contextOf(command);
      const folder = profileFolder(context.settings.profile);
      if (!existsSync(join(folder, 'keys.json')))
        throw new CommandError(`there are no keys in ${folder}: p2pimg register`, EXIT.notSignedIn, 'not_registered');
      // A client that runs would write its next keys under the passphrase that it was started with.
      const { lockFile } = await import('@p2pimg/identity');
      const lock = await lockFile(join(folder, 'lock'));
      try {
        await changePassphrase(context, folder, remove);
      } finally {
        await lock.release();
      }
    });
}

async function changePassphrase(context: CommandContext, folder: string, remove: boolean): Promise<void> {
  const { fingerprint, nodeSuite, publicKeysOf, writeClientKeys } = await import('@p2pimg/identity');
  const { askPassphrase, readKeys } = await import('./passphrase.ts');
  // Two files could not be changed at once.
  if (existsSync(join(folder, 'keys.next.json')))
    throw new CommandError('a change of keys is under way: "p2pimg signin" ends it', EXIT.error, 'rotation_pending');
  if (existsSync(join(folder, 'recovery.json')))
    throw new CommandError(
      'a registration is under way: "p2pimg register" ends it',
      EXIT.error,
      'registration_pending',
    );
  const path = join(folder, 'keys.json');
  const keys = await readKeys(context, path);
  const passphrase = remove ? undefined : await askPassphrase(context, 'new');
  await writeClientKeys(path, keys, { passphrase, replace: true });
  await context.output.result(
    changed,
    { fingerprint: fingerprint(nodeSuite, publicKeysOf(keys)), protected: !remove },
    `The keys are ${remove ? 'without a' : 'under the new'} passphrase. Exports and backups keep theirs.${settingHint(context.settings, passphrase)}`,
  );
}

/** The setting gives the passphrase to every command: what it says must be true from now on. */
function settingHint({ passphrase: set }: ClientSettings, passphrase: string | undefined): string {
  if (set === undefined || set === passphrase) return '';
  const what = passphrase === undefined ? 'Remove the old one from' : 'Put the new one into';
  return ` ${what} P2PIMG_CLIENT_PASSPHRASE, or the settings file.`;
}
