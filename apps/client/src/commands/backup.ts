/** backup, restore */

import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fingerprint, nodeSuite, publicKeysOf, readClientKeys, writeClientKeys } from '@p2pimg/identity';
import type { Command } from 'commander';
import { z } from 'zod';
import { CommandError } from '../exit.ts';
import { profileFolder } from '../settings.ts';
import { plural } from '../wording.ts';
import { contextOf } from './context.ts';
import { askPassphrase } from './passphrase.ts';

const written = z.object({ file: z.string(), files: z.int(), fingerprint: z.string() });
const restored = z.object({ folder: z.string(), fingerprint: z.string() });

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('write the whole profile to one file, under a passphrase (asked for, or a line of standard input)')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const folder = profileFolder(context.settings.profile);
      const keys = await readClientKeys(join(folder, 'keys.json'), { passphrase: context.settings.passphrase });
      const { writeBackup } = await import('../backup/archive.ts');
      const { files } = await writeBackup(resolve(file), folder, keys, await askPassphrase(context, 'new'));
      const shown = fingerprint(nodeSuite, publicKeysOf(keys));
      const text = `The keys and ${plural(files, 'file')} of ${folder} are in ${file}. Fingerprint ${shown}.`;
      context.output.result(written, { file: resolve(file), files, fingerprint: shown }, text);
    });

  program
    .command('restore')
    .description('make a profile from a backup, where there is none yet; never run both the old and the restored one')
    .argument('<file>', 'what "backup" has written')
    .action(async (file: string, _: object, command: Command) => {
      const context = await contextOf(command);
      const folder = resolve(profileFolder(context.settings.profile));
      await requireFree(folder);
      const { readBackup } = await import('../backup/archive.ts');
      const passphrase = await askPassphrase(context, 'known');
      const temporary = `${folder}.restoring-${process.pid}`;
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
      try {
        await mkdir(temporary, { mode: 0o700 });
        const keys = await readBackup(resolve(file), passphrase, temporary);
        await writeClientKeys(join(temporary, 'keys.json'), keys, { passphrase: context.settings.passphrase });
        await rename(temporary, folder);
        const shown = fingerprint(nodeSuite, publicKeysOf(keys));
        const text = `The profile is back in ${folder}. Fingerprint ${shown}. Next: p2pimg signin.`;
        context.output.result(restored, { folder, fingerprint: shown }, text);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    });
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
