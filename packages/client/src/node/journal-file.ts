import { constants, write } from 'node:fs';
import { open } from 'node:fs/promises';

/** The part of a file that a journal writes through; a test may fail in its place. All of it is on the disk once it resolves. */
export interface JournalFile {
  /** Resolves to how many of the bytes are on the disk: at least one, and maybe not all. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Elsewhere it may say less than a sync of its own: of macOS's a disk may keep in its cache what it has reported as written. */
const SYNCS_WRITES = process.platform === 'linux';

/**
 * Where the system can do both in one step (`O_DSYNC`, open(2)) a write is its own sync: half of the ways to another thread and back.
 * @throws errors of node:fs
 */
export async function openJournalFile(path: string): Promise<JournalFile> {
  const handle = await open(path, constants.O_RDWR | (SYNCS_WRITES ? constants.O_DSYNC : 0));
  const { fd } = handle;
  return {
    write: async (bytes, position) => {
      // The callback's form: a promise of the handle's costs about as much as the system's part.
      const written = await new Promise<number>((resolve, reject) => {
        write(fd, bytes, 0, bytes.length, position, (error, count) =>
          error === null ? resolve(count) : reject(error),
        );
      });
      if (!SYNCS_WRITES) await handle.datasync();
      return written;
    },
    truncate: async (length) => {
      await handle.truncate(length);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}
