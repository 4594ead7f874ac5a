/** Pictures on disk, as they travelled: names are random hexadecimal digits, never anything from the network. */

import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeFileDurably } from '@p2pimg/identity';
import { MAX_STEGO_BYTES } from '@p2pimg/wire';
import { Batches } from './batches.ts';
import { blobPath } from './blob-path.ts';

export class Blobs {
  readonly folder: string;
  /** New names become durable together. */
  readonly #names: Batches<undefined>;

  private constructor(folder: string) {
    this.folder = folder;
    this.#names = new Batches(() => syncFolder(folder), Number.POSITIVE_INFINITY);
  }

  /** Opens the folder and removes what no record names: pictures whose record a crash has prevented. */
  static async open(folder: string, known: ReadonlySet<string>): Promise<Blobs> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of await readdir(folder)) {
      if (!known.has(file.replace(/\.png$/, ''))) await rm(join(folder, file), { force: true });
    }
    return new Blobs(folder);
  }

  /**
   * An empty file, on the disk when it resolves. No record names it yet, as those that the thread for pictures writes here: what a crash
   * leaves of them is removed by {@link Blobs.open}.
   */
  async start(): Promise<string> {
    const blob = randomBytes(16).toString('hex');
    const path = this.path(blob);
    try {
      await (await open(path, 'wx', 0o600)).close();
      await this.#names.add(undefined);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return blob;
  }

  /** The old bytes or the new ones after a crash. */
  async replace(blob: string, bytes: Uint8Array): Promise<void> {
    await writeFileDurably(this.path(blob), bytes);
  }

  async read(blob: string): Promise<Uint8Array> {
    const handle = await open(this.path(blob), 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_STEGO_BYTES) throw new RangeError('the picture file is longer than allowed');
      return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
  }

  async length(blob: string): Promise<number> {
    const { size } = await stat(this.path(blob)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return { size: 0 };
      throw error;
    });
    return size;
  }

  /** On the disk when it resolves; a full disk leaves what was there before. */
  async writePart(blob: string, offset: number, bytes: Uint8Array): Promise<void> {
    const handle = await open(this.path(blob), 'r+');
    try {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
      await handle.datasync();
    } catch (error) {
      await handle.truncate(offset);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async drop(blob: string): Promise<void> {
    await rm(this.path(blob), { force: true });
  }

  path(blob: string): string {
    return blobPath(this.folder, blob);
  }
}
