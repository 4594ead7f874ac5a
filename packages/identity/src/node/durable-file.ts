/** Whole files that are either the old ones or the new ones after any crash. */

import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface DurableWrite {
  /** False: fail with `EEXIST` rather than replace a file. Default true. */
  readonly replace?: boolean;
}

/**
 * Writes a file so that it is on the disk when the promise resolves, and so that a crash leaves the old contents or the new:
 * temporary file in the same folder (mode 0600), fsync, rename, fsync of the folder. Makes the folder (0700) when it is missing.
 * @throws the errors of node:fs, with nothing left behind
 */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array,
  { replace = true }: DurableWrite = {},
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeNew(temporary, bytes);
    await (replace ? rename(temporary, path) : nameNewFile(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
}

/**
 * Gives a file its name, which no other file has, at once; the caller deletes the temporary name, if it is still there, and syncs the folder.
 * @throws EEXIST, other errors of node:fs
 */
export async function nameNewFile(temporary: string, path: string): Promise<void> {
  try {
    // link() refuses to replace, rename() does not.
    await link(temporary, path);
  } catch (error) {
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    // No hard links there (FAT on a stick): nothing refuses at once, so look first. Who makes the same file at the same moment loses.
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined) {
      const message = `EEXIST: file already exists, ${path}`;
      throw Object.assign(new Error(message), { code: 'EEXIST', syscall: 'link', path });
    }
    await rename(temporary, path);
  }
}

const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Deletes what crashes in the middle of {@link writeFileDurably} have left. Only for who holds the lock on `path`. */
export async function removeTemporaries(path: string): Promise<void> {
  const prefix = temporaryPrefix(path);
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) await rm(join(dirname(path), name), { force: true });
  }
}

/** Makes the names in a folder durable. Windows has no such call, and keeps names with the files. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`;
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
