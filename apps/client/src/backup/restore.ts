/** A profile out of a backup: whole and on the disk under its own name, or not there at all. */

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ClientKeys, syncFolder } from '@p2pimg/identity';
import { type ArchiveOptions, readBackup } from './archive.ts';
import { removeDead, underWay } from './under-way.ts';

/**
 * @param folder does not exist yet; what killed restores into it have left is deleted
 * @throws BackupCorruptError, WrongPassphraseError, errors of node:fs, the signal's reason; nothing is left behind then
 */
export async function restoreProfile(
  file: string,
  { folder, passphrase, signal }: ArchiveOptions & { readonly folder: string },
): Promise<ClientKeys> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeDead(`${folder}.restoring`);
  const temporary = underWay(`${folder}.restoring`);
  try {
    await mkdir(temporary, { mode: 0o700 });
    const keys = await readBackup(file, temporary, { passphrase, signal });
    await syncTree(temporary);
    await rename(temporary, folder);
    await syncFolder(parent);
    return keys;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Everything in a folder is on the disk, and its name too. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  // To be read only would do on Linux, not on Windows.
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
