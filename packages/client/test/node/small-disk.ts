import { execFileSync } from 'node:child_process';
import { type FileHandle, open, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { newFolder } from './people.ts';

const LARGE: number = 16 * 1024;

/** A folder whose disk can be made full. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves so many bytes. */
  fill(room: number): Promise<void>;
  empty(): Promise<void>;
}

/** Mounting needs root; without it a stand-in fails the writes. Goes into the title of a test. */
export const DISK: string =
  process.getuid?.() === 0 ? 'a tmpfs' : 'a stand-in for a disk (not root: nothing can be mounted)';

export async function smallDisk(t: ExecutionContext, bytes: number): Promise<SmallDisk> {
  const folder = await newFolder(t);
  return process.getuid?.() === 0 ? mounted(t, folder, bytes) : standIn(t, folder);
}

function mounted(t: ExecutionContext, folder: string, bytes: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'p2pimg-test', folder]);
  t.teardown(() => execFileSync('umount', [folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: async (room) => {
      const { bavail, bsize } = await statfs(folder);
      await writeFile(filler, Buffer.alloc(bavail * bsize - room));
    },
    empty: () => rm(filler),
  };
}

/** The large writes of this thread share a number of bytes; small ones find some room on a full disk too, and are also those of others here. */
async function standIn(t: ExecutionContext, folder: string): Promise<SmallDisk> {
  const probe = await open(folder, 'r');
  const files = Object.getPrototypeOf(probe) as Pick<FileHandle, 'write'>;
  await probe.close();
  const { write } = files;
  let left = Number.POSITIVE_INFINITY;
  const limited = function limited(this: FileHandle, bytes: Uint8Array, from: number, length: number, at: number) {
    if (length < LARGE) return Reflect.apply(write, this, [bytes, from, length, at]);
    if (left < 1)
      return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    const fits = Math.min(left, length);
    left -= fits;
    return Reflect.apply(write, this, [bytes, from, fits, at]);
  };
  Reflect.set(files, 'write', limited);
  t.teardown(() => Reflect.set(files, 'write', write));
  return {
    folder,
    fill: async (room) => {
      left = room;
    },
    empty: async () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}
