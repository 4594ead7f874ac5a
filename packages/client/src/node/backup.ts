/** A copy of a profile while it is in use: a folder that is a profile itself. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '@p2pimg/identity';
import { blobsOf, type Profile } from './profile.ts';

export interface BackupOptions {
  /** For the copy's key file; without one the keys lie there in plain text, mode 0600. */
  readonly passphrase?: string;
}

/** What a backup holds. */
export interface BackupReport {
  readonly folder: string;
  readonly pictures: number;
  readonly bytes: number;
}

/**
 * Copies keys, cloud, journal, pictures and ledger into a new folder. The journal stands still meanwhile, and the ledger is copied last: it
 * knows of every view that the journal knows of.
 * @throws EEXIST when the folder is there, other errors of node:fs, PassphraseLengthError
 */
export async function backUpProfile(
  profile: Profile,
  folder: string,
  { passphrase }: BackupOptions = {},
): Promise<BackupReport> {
  await mkdir(folder, { mode: 0o700 });
  return profile.journal.exclusively(async (records) => {
    let bytes = 0;
    const copy = async (contents: Uint8Array, ...path: string[]): Promise<void> => {
      await writeFileDurably(join(folder, ...path), contents);
      bytes += contents.length;
    };
    const names = blobsOf(records);
    for (const blob of names) await copy(await profile.blobs.read(blob), 'pictures', `${blob}.png`);
    for (const name of ['cloud.json', 'journal', 'ledger'])
      await copy(await readFile(join(profile.folder, name)), name);
    await profile.keys.copyTo(folder, passphrase);
    return { folder, pictures: names.size, bytes };
  });
}
