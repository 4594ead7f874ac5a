/** Where the client copies its profile to before it is packed: a folder in the profile that names the process which packs it. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^backup-([1-9][0-9]{0,9})$/;

export function workingCopy(profile: string): string {
  return join(profile, `backup-${process.pid}`);
}

/**
 * Deletes the copies of processes that were killed while they packed. A copy whose process lives stays: a daemon can be started again while
 * a command packs what the one before has copied.
 * @throws errors of node:fs
 */
export async function removeDeadCopies(profile: string): Promise<void> {
  for (const name of await readdir(profile)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && (pid === process.pid || !isAlive(pid)))
      await rm(join(profile, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
