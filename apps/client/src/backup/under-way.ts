/** Names that tell which process makes what they name: what a killed process has left is found by them, and deleted by the next one. */

import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A name beside `path`, for a file or folder that is not whole yet. */
export function underWay(path: string): string {
  return `${path}-${process.pid}`;
}

/**
 * Deletes what is named by {@link underWay} for that path and belongs to processes that are dead. What a living one makes stays: a daemon can
 * be started again while a command packs what the one before has copied.
 * @throws errors of node:fs
 */
export async function removeDead(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `${basename(path)}-`];
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) ? /^[1-9][0-9]{0,9}$/.exec(name.slice(prefix.length))?.[0] : undefined;
    if (pid === undefined) continue;
    if (Number(pid) === process.pid || !isAlive(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** As for locks in `@p2pimg/identity`, which this must not load: it runs at the start of commands that load nothing else. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
