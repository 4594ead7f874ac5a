import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { defaultLimits } from '../limits.ts';
import { FileError } from './usage.ts';

/** @throws FileError when there is no such file, or it is larger than any input may be */
export function readInput(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > defaultLimits.imageBytes) throw new FileError(`${path} has ${size} bytes, more than any input may have`);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(`cannot read ${path}: ${reason(error)}`);
  }
}

/** Refuses to overwrite unless `force`. @throws FileError */
export function writeOutput(path: string, bytes: Uint8Array | string, force: boolean, mode: number = 0o644): void {
  try {
    writeFileSync(path, bytes, { flag: force ? 'w' : 'wx', mode });
  } catch (error) {
    throw new FileError(`cannot write ${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EEXIST':
      return 'it exists already (--force overwrites it)';
    case 'EISDIR':
      return 'it is a directory';
    case 'EACCES':
      return 'permission denied';
    default:
      return String(code ?? 'unknown error');
  }
}

/** A key file: 32 bytes, or 64 hexadecimal digits with white space around. @throws FileError */
export function readKey(path: string): Uint8Array {
  const bytes = readInput(path);
  if (bytes.length === 32) return bytes;
  const text = Buffer.from(bytes.subarray(0, 128)).toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new FileError(`${path} is no key: it needs 32 bytes or 64 hexadecimal digits`);
}
