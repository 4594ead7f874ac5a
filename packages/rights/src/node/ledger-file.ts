/** The ledger on disk: one file, appended to, synced before a change counts. */

import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import {
  type CryptoSuite,
  type FileLock,
  lockFile,
  nodeSuite,
  removeTemporaries,
  writeFileDurably,
} from '@p2pimg/identity';
import { RightsError } from '../core/errors.ts';
import { LedgerFullError } from '../core/ledger/errors.ts';
import {
  Ledger,
  type LedgerEntry,
  type LedgerReading,
  type LedgerView,
  MAX_LEDGER_RECORDS,
} from '../core/ledger/ledger.ts';
import { RECORD_BYTES } from '../core/ledger/record.ts';

/** Compacted when opened, once it has so many records and four times as many as accounts. */
const COMPACT_FROM_RECORDS = 1024;

/** A write failed (its cause says why) or the file is closed: what was not confirmed counts for nothing. Open the ledger again. */
export class LedgerUnavailableError extends RightsError {
  override readonly name: string = 'LedgerUnavailableError';
}

export interface LedgerFileOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly suite?: CryptoSuite;
}

export class LedgerFile {
  /** Bytes of an unfinished write that were dropped when the file was opened; a view that was never shown. */
  readonly droppedBytes: number;
  readonly #path: string;
  readonly #lock: FileLock;
  #ledger: Ledger;
  #handle: FileHandle;
  #length: number;
  #failure: unknown;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(path: string, lock: FileLock, handle: FileHandle, { ledger, torn }: LedgerReading) {
    this.#path = path;
    this.#lock = lock;
    this.#handle = handle;
    this.#ledger = ledger;
    this.#length = ledger.records * RECORD_BYTES;
    this.droppedBytes = torn;
  }

  /**
   * Opens or starts a ledger, for this process alone (`<path>.lock`), and cuts off what a crash left of the last write.
   * @throws LedgerCorruptError, LedgerFullError, FileLockedError, errors of node:fs
   */
  static async open(path: string, { now, suite = nodeSuite }: LedgerFileOptions): Promise<LedgerFile> {
    const lock = await lockFile(`${path}.lock`);
    try {
      await removeTemporaries(path);
      const reading = await readOrStart(path, suite, now);
      const file = new LedgerFile(path, lock, await open(path, 'r+'), reading);
      await file.#tidy();
      return file;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** What the ledger says. May be ahead of the disk while a change is being written. */
  get ledger(): LedgerView {
    return this.#ledger;
  }

  /**
   * Makes one change and resolves when it is on the disk. Changes are made one after the other.
   *
   *     const entry = await file.commit((ledger) => ledger.viewReleased(release, now));
   *
   * @throws what the change throws, with nothing written; LedgerUnavailableError
   */
  commit<T extends LedgerEntry | undefined>(change: (ledger: Ledger) => T): Promise<T> {
    return this.#enqueue(async () => {
      const entry = change(this.#ledger);
      if (entry !== undefined) await this.#orFail(() => this.#append(entry.bytes));
      return entry;
    });
  }

  /** Rewrites the file with one record per account; a crash leaves the old file or the new. @throws LedgerUnavailableError */
  compact(): Promise<void> {
    return this.#enqueue(async () => {
      const { ledger, bytes } = this.#ledger.compact();
      await this.#orFail(async () => {
        await writeFileDurably(this.#path, bytes);
        await this.#handle.close();
        this.#handle = await open(this.#path, 'r+');
      });
      this.#ledger = ledger;
      this.#length = bytes.length;
    });
  }

  /** Waits for changes under way, then gives the file free. */
  async close(): Promise<void> {
    await this.#queue;
    if (this.#failure instanceof LedgerClosed) return;
    this.#failure = new LedgerClosed();
    await this.#handle.close();
    await this.#lock.release();
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#failure !== undefined)
        throw new LedgerUnavailableError('the ledger must be opened again', { cause: this.#failure });
      return task();
    });
    this.#queue = result.catch(() => undefined); // the caller has the error; the next in line starts afresh
    return result;
  }

  /** After a failed write nobody knows what is on the disk, and memory is ahead of it: stop here. */
  async #orFail(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#failure = error;
      throw new LedgerUnavailableError('the ledger could not be written', { cause: error });
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size !== this.#length) throw new LedgerUnavailableError('somebody else has written to the ledger');
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#length + done);
      done += bytesWritten;
    }
    await this.#handle.datasync();
    this.#length += bytes.length;
  }

  /** Before the first change: no torn end, no long past. */
  async #tidy(): Promise<void> {
    try {
      if (this.droppedBytes > 0) {
        await this.#handle.truncate(this.#length);
        await this.#handle.sync();
      }
      const { records } = this.#ledger;
      if (records >= COMPACT_FROM_RECORDS && records > 4 * this.#ledger.accounts().length) await this.compact();
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

class LedgerClosed extends RightsError {
  override readonly name: string = 'LedgerClosed';
}

/** A file shorter than its first record has never held anything that was acknowledged. */
async function readOrStart(path: string, suite: CryptoSuite, now: number): Promise<LedgerReading> {
  const bytes = await readLedger(path);
  if (bytes.length >= RECORD_BYTES) return Ledger.read(suite, bytes);
  const { ledger, bytes: genesis } = Ledger.start(suite, now);
  await writeFileDurably(path, genesis);
  return { ledger, torn: bytes.length };
}

async function readLedger(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > (MAX_LEDGER_RECORDS + 1) * RECORD_BYTES) throw new LedgerFullError('the ledger is longer than allowed');
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Uint8Array();
    throw error;
  }
}
