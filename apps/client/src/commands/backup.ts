/** backup, restore */

import { existsSync } from 'node:fs';
import { copyFile, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import { underWay } from '../backup/under-way.ts';
import { CommandError } from '../exit.ts';
import { interruptible } from '../interruption.ts';
import type { Zod } from '../output.ts';
import { profileFolder } from '../profile-folder.ts';
import { plural } from '../wording.ts';
import { type CommandContext, contextOf, requireRegistered, withApi } from './context.ts';

const written = (z: Zod) => z.object({ file: z.string(), pictures: z.int(), fingerprint: z.string() });
const restored = (z: Zod) => z.object({ folder: z.string(), fingerprint: z.string() });

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('write the whole profile to one file, under a passphrase (asked for, or a line of standard input)')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      // Before a passphrase is asked for.
      if (existsSync(resolve(file))) throw new CommandError(`${file} is there already`, undefined, 'file_exists');
      const { askPassphrase } = await import('./passphrase.ts');
      const passphrase = await askPassphrase(context, 'new');
      await withApi(context, (api, signal) => backUp(context, { api, signal, file, passphrase }), {
        signIn: false,
        untimed: true,
      });
    });

  program
    .command('restore')
    .description('make a profile from a backup, where there is none yet; never run both the old and the restored one')
    .argument('<file>', 'what "backup" has written')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const folder = resolve(profileFolder(context.settings.profile));
      await requireFree(folder);
      const { askPassphrase } = await import('./passphrase.ts');
      const { restoreProfile } = await import('../backup/restore.ts');
      const keys = await interruptible(async (signal) => {
        const passphrase = await askPassphrase(context, 'known', signal);
        return restoreProfile(resolve(file), { folder, passphrase, signal });
      });
      const { fingerprint, nodeSuite, publicKeysOf } = await import('@p2pimg/identity');
      const shown = fingerprint(nodeSuite, publicKeysOf(keys));
      const text = `The profile is back in ${folder}. Fingerprint ${shown}. Next: p2pimg signin.`;
      await context.output.result(restored, { folder, fingerprint: shown }, text);
    });
}

interface BackupTask {
  readonly api: Api;
  readonly signal: AbortSignal;
  readonly file: string;
  readonly passphrase: string;
}

/** The client makes a copy that is whole in itself; the archive is made of that. */
async function backUp(context: CommandContext, { api, signal, file, passphrase }: BackupTask): Promise<undefined> {
  const { settings, output } = context;
  const { fingerprint, nodeSuite, publicKeysOf } = await import('@p2pimg/identity');
  const { readKeys } = await import('./passphrase.ts');
  await requireRegistered(api);
  const folder = resolve(profileFolder(settings.profile));
  const copy = underWay(join(folder, 'backup'));
  try {
    const { pictures } = await api.call('backup', { folder: copy });
    await copyFile(join(folder, 'manifest.json'), join(copy, 'manifest.json'));
    const keys = await readKeys(context, join(copy, 'keys.json'));
    const { writeBackup } = await import('../backup/archive.ts');
    await writeBackup(resolve(file), copy, keys, { passphrase, signal });
    const shown = fingerprint(nodeSuite, publicKeysOf(keys));
    const text = `Keys, records and ${plural(pictures, 'picture')} of ${folder} are in ${file}. Fingerprint ${shown}.`;
    await output.result(written, { file: resolve(file), pictures, fingerprint: shown }, text);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** An empty folder counts as none. @throws CommandError */
async function requireFree(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTEMPTY' && code !== 'ENOTDIR') throw error;
    const message = `there is a profile in ${folder} already: name another one with --profile`;
    throw new CommandError(message, undefined, 'profile_exists', { cause: error });
  }
}
