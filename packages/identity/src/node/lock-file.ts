/** One process at a time: a lock that dies with its holder. */

import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IdentityError } from '../core/errors.ts';

/** Another process (or this one) holds the lock. */
export class FileLockedError extends IdentityError {
  override readonly name: string = 'FileLockedError';
  readonly pid: number;
  constructor(path: string, pid: number) {
    super(`process ${pid} holds ${path}`);
    this.pid = pid;
  }
}

export interface FileLock {
  release(): Promise<void>;
}

/**
 * Makes `path` with this process's id in it. A file left by a process that is dead is taken over.
 * @throws FileLockedError, errors of node:fs
 */
export async function lockFile(path: string): Promise<FileLock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  while (!(await claim(path))) {
    const stale = temporaryName(path);
    // Rename decides between two processes that both found the lock abandoned.
    await rename(path, stale).catch(ignore('ENOENT'));
    try {
      await refuseIfAlive(stale, path);
    } finally {
      await rm(stale, { force: true });
    }
  }
  await sweep(path);
  return { release: () => rm(path, { force: true }) };
}

/** True when the lock is ours now, false when it is abandoned. @throws FileLockedError */
async function claim(path: string): Promise<boolean> {
  const own = temporaryName(path);
  try {
    await writeFile(own, await holderLine(process.pid), { flag: 'wx', mode: 0o600 });
    // link() makes the lock with its contents, at once, or not at all.
    await link(own, path);
    return true;
  } catch (error) {
    ignore('EEXIST')(error);
  } finally {
    await rm(own, { force: true });
  }
  const pid = await livingHolder(path);
  if (pid !== undefined) throw new FileLockedError(path, pid);
  return false;
}

/** Somebody took the lock over between our look and our rename: give it back. */
async function refuseIfAlive(stale: string, path: string): Promise<void> {
  const pid = await livingHolder(stale);
  if (pid === undefined) return;
  await link(stale, path).catch(ignore('EEXIST'));
  throw new FileLockedError(path, pid);
}

async function livingHolder(path: string): Promise<number | undefined> {
  const line = await readFile(path, 'utf8').catch(ignore('ENOENT'));
  const pid = Number(line?.split(' ')[0]);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return isAlive(pid) && line === (await holderLine(pid)) ? pid : undefined;
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

/** Deletes the temporary names of processes that died while they wanted the lock. */
async function sweep(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const pid = name.startsWith(prefix) ? /^(\d+)\.[0-9a-f]{12}$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

/** The pid and, where /proc tells it, when that process started: pids are used again, after a restart at the latest. */
async function holderLine(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined); // no /proc here: the pid has to do
  // Field 22; the second field, in parentheses, may contain anything.
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  return `${pid} ${started}\n`;
}

function temporaryName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
}

function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  };
}
