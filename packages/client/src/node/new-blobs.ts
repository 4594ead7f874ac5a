/** New picture files, written synchronously: for a thread that may wait for the disk. */

import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { blobPath } from './blob-path.ts';
import { randomDigits } from './random-digits.ts';

const digits = randomDigits();

/** A file that is being written; `failure` is why it does not stay. */
interface NewFile {
  readonly blob: string;
  readonly path: string;
  fd: number | undefined;
  failure: Error | undefined;
}

/**
 * Writes each picture to a file of its own, durably; one sync of the folder serves all.
 * @returns for each the file's name, or why there is none: what failed leaves no file
 */
export function writeNewBlobs(folder: string, pictures: readonly Uint8Array[]): readonly (string | Error)[] {
  const files = pictures.map((bytes) => begin(folder, bytes));
  // All are written before the first is waited for, so that the disk can take them together.
  for (const file of files) finish(file);
  syncNames(folder, files);
  return files.map(({ blob, path, failure }) => {
    if (failure === undefined) return blob;
    rmSync(path, { force: true });
    return failure;
  });
}

function begin(folder: string, bytes: Uint8Array): NewFile {
  const blob = digits(16);
  const file: NewFile = { blob, path: blobPath(folder, blob), fd: undefined, failure: undefined };
  attempt(file, () => {
    file.fd = openSync(file.path, 'wx', 0o600);
    writeFileSync(file.fd, bytes);
  });
  return file;
}

function finish(file: NewFile): void {
  const { fd } = file;
  if (fd === undefined) return;
  if (file.failure === undefined) attempt(file, () => fdatasyncSync(fd));
  attempt(file, () => closeSync(fd));
}

function syncNames(folder: string, files: readonly NewFile[]): void {
  if (process.platform === 'win32' || files.every(({ failure }) => failure !== undefined)) return;
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    for (const file of files) file.failure ??= errorOf(error);
  }
}

function attempt(file: NewFile, act: () => void): void {
  try {
    act();
  } catch (error) {
    file.failure ??= errorOf(error);
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error('failed');
}
