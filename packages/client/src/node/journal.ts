/**
 * The client's memory on disk: one line for each set of changes, `<CRC-32 of the rest, 8 hexadecimal digits> <JSON>`, appended and
 * synced before it counts; lines that come together share a sync. A last line that a crash has cut off was never acknowledged, and is dropped.
 */

import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { removeTemporaries, writeFileDurably } from '@p2pimg/identity';
import { type Change, TABLES } from '../core/records.ts';
import { Batches } from './batches.ts';
import { JournalBrokenError, JournalCorruptError } from './errors.ts';
import { type JournalFile, openJournalFile } from './journal-file.ts';

/** Rewritten when opened, once it has so many lines and four times as many as records. */
const COMPACT_FROM_LINES = 512;

/** Sets of changes that one sync of the disk may serve. */
const MOST_TOGETHER = 256;

export class Journal {
  /** What the file held when it was opened, in order. */
  readonly records: readonly Change[];
  /** Bytes of an unfinished write that were dropped. */
  readonly droppedBytes: number;
  readonly #path: string;
  readonly #file: JournalFile;
  #length: number;
  #broken: unknown;
  readonly #lines: Batches<string> = new Batches((lines) => this.#append(Buffer.from(lines.join(''))), MOST_TOGETHER);

  /** For {@link openJournal}, and for tests with a file of their own. */
  constructor(path: string, file: JournalFile, reading: Reading) {
    this.#path = path;
    this.#file = file;
    this.records = reading.records;
    this.droppedBytes = reading.dropped;
    this.#length = reading.length;
  }

  /** Resolves when all changes are on the disk. When it rejects none of them is. @throws JournalBrokenError, errors of node:fs */
  append(changes: readonly Change[]): Promise<void> {
    return this.#lines.add(encodeLine(changes));
  }

  /** Runs a task while nothing is appended. It is given what the file holds, read again. */
  exclusively<T>(task: (records: readonly Change[]) => Promise<T>): Promise<T> {
    return this.#lines.between(async () => task(readLines(this.#path, await readFile(this.#path)).records));
  }

  async close(): Promise<void> {
    await this.#lines.idle();
    if (this.#broken instanceof JournalClosed) return;
    this.#broken = new JournalClosed();
    await this.#file.close();
  }

  async #append(lines: Uint8Array): Promise<void> {
    if (this.#broken !== undefined)
      throw new JournalBrokenError('the journal must be opened again', { cause: this.#broken });
    try {
      let done = 0;
      while (done < lines.length) {
        done += await this.#file.write(lines.subarray(done), this.#length + done);
      }
      this.#length += lines.length;
    } catch (error) {
      await this.#undo(error);
      throw error;
    }
  }

  /** A full disk leaves half a line: it is cut off, so that the next line does not follow a torn one. */
  async #undo(error: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
    } catch {
      this.#broken = error;
    }
  }
}

class JournalClosed extends Error {
  override readonly name: string = 'JournalClosed';
}

interface Reading {
  readonly records: readonly Change[];
  readonly length: number;
  readonly dropped: number;
}

/** Opens or starts a journal. @throws JournalCorruptError, errors of node:fs */
export async function openJournal(path: string): Promise<Journal> {
  await removeTemporaries(path);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) await writeFileDurably(path, new Uint8Array());
  const read = readLines(path, bytes ?? new Uint8Array());
  const reading = await compact(path, read);
  const file = await openJournalFile(path);
  if (reading.dropped > 0) await file.truncate(reading.length);
  return new Journal(path, file, reading);
}

/** @throws JournalCorruptError */
export function readLines(path: string, bytes: Uint8Array): Reading & { readonly lines: number } {
  const records: Change[] = [];
  let at = 0;
  let lines = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const changes = end < 0 ? undefined : decodeLine(bytes.subarray(at, end));
    if (changes === undefined) {
      if (end >= 0 && end + 1 < bytes.length) throw new JournalCorruptError(path, lines + 1);
      break;
    }
    records.push(...changes);
    at = end + 1;
    lines++;
  }
  return { records, length: at, dropped: bytes.length - at, lines };
}

async function compact(path: string, reading: Reading & { readonly lines: number }): Promise<Reading> {
  const latest = new Map<string, Change>();
  for (const change of reading.records) {
    const key = `${change.table} ${change.key}`;
    if (change.value === null) latest.delete(key);
    else latest.set(key, change);
  }
  if (reading.lines < COMPACT_FROM_LINES || reading.lines < 4 * latest.size) return reading;
  const records = [...latest.values()];
  const bytes = Buffer.from(records.map((change) => encodeLine([change])).join(''));
  await writeFileDurably(path, bytes);
  return { records, length: bytes.length, dropped: 0 };
}

function encodeLine(changes: readonly Change[]): string {
  const json = JSON.stringify(changes);
  return `${checksum(json)} ${json}\n`;
}

function decodeLine(line: Uint8Array): readonly Change[] | undefined {
  const json = Buffer.from(line.subarray(9));
  if (Buffer.from(line.subarray(0, 9)).toString() !== `${checksum(json)} `) return undefined;
  const changes = JSON.parse(json.toString()) as readonly Change[];
  // Tables of a later version of this program are kept out of the model, not guessed at.
  return changes.filter(({ table }) => TABLES.includes(table));
}

/** Of a text's UTF-8. */
function checksum(json: string | Uint8Array): string {
  return crc32(json).toString(16).padStart(8, '0');
}
