/**
 * A whole profile in one file, for the same person only.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 16 | `p2pimg backup 1\n` |
 * | 16 | 4 | k, big-endian |
 * | 20 | k | the client's keys under a passphrase, as `id export` writes them |
 * | 20 + k | 16 | salt |
 * | 36 + k | … | a tar of the profile, under AES-256-GCM |
 * | end − 16 | 16 | tag |
 *
 * Key and nonce: HKDF-SHA256 of the client's two private keys with the salt. Associated data: all that comes before the ciphertext.
 */

import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM, hkdfSync, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientKeys, exportClientKeys, importClientKeys, nameNewFile, syncFolder } from '@p2pimg/identity';
import { createTarPacker } from 'modern-tar';
import { unpackTar } from 'modern-tar/fs';
import { CommandError } from '../exit.ts';
import { removeDead, underWay } from './under-way.ts';

const MAGIC = Buffer.from('p2pimg backup 1\n');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
/** Sealed keys are some hundred bytes. */
const MAX_KEYS_BYTES = 16_384;

/** Files of a profile, as they may come out of a backup. */
const FILE_NAME = /^(?:[a-z][a-z0-9.-]{0,63}|[a-z]{1,32}\/[a-z0-9][a-z0-9.-]{0,63})$/;

class BackupCorruptError extends CommandError {
  override readonly name = 'BackupCorruptError';
  constructor(message: string, options?: ErrorOptions) {
    super(message, undefined, 'backup_corrupt', options);
  }
}

export interface ArchiveOptions {
  readonly passphrase: string;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Writes a new file, 0600: whole and on the disk under its own name, or not there at all. What killed backups to it have left is deleted.
 * @param folder a copy of a profile in which nothing changes
 * @throws EEXIST, other errors of node:fs, PassphraseLengthError, the signal's reason; nothing is left behind then
 */
export async function writeBackup(
  path: string,
  folder: string,
  keys: ClientKeys,
  { passphrase, signal }: ArchiveOptions,
): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  await removeDead(partial);
  const temporary = underWay(partial);
  try {
    await writeArchive(temporary, folder, keys, { passphrase, signal });
    await nameNewFile(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}

async function writeArchive(
  path: string,
  folder: string,
  keys: ClientKeys,
  { passphrase, signal }: ArchiveOptions,
): Promise<void> {
  const sealed = await exportClientKeys(keys, passphrase);
  const salt = randomBytes(SALT_BYTES);
  const head = Buffer.concat([MAGIC, lengthField(sealed.length), sealed, salt]);
  const file = await open(path, 'wx', 0o600);
  try {
    await writeTo(file, head, cipherOf(keys, salt, head), { folder, signal });
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeTo(
  file: FileHandle,
  head: Buffer,
  cipher: CipherGCM,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  await file.writeFile(head);
  const { readable, controller } = createTarPacker();
  const pack = async (): Promise<void> => {
    for (const name of await filesOf(folder)) {
      const bytes = await readFile(join(folder, name));
      const writer = controller.add({ name, size: bytes.length, type: 'file', mode: 0o600 }).getWriter();
      await writer.write(new Uint8Array(bytes));
      await writer.close();
    }
    controller.finalize();
  };
  const write = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<never> {
    for await (const chunk of chunks) await file.writeFile(chunk);
    yield* [];
  };
  await Promise.all([
    pack().catch((error: unknown) => controller.error(error)),
    pipeline(Readable.fromWeb(readable as never), cipher, write, { signal }),
  ]);
  await file.writeFile(cipher.getAuthTag());
}

/**
 * Unpacks a backup into an empty folder; what is in it is believed, and synced by the caller, only once the whole has been checked.
 * @throws BackupCorruptError, WrongPassphraseError, errors of node:fs, the signal's reason; the caller removes the folder then
 */
export async function readBackup(
  path: string,
  folder: string,
  { passphrase, signal }: ArchiveOptions,
): Promise<ClientKeys> {
  const { head, keys, salt, size } = await readHead(path, passphrase);
  const decipher = decipherOf(keys, salt, head);
  decipher.setAuthTag(await readTail(path, size));
  const body = createReadStream(path, { start: head.length, end: size - TAG_BYTES - 1 });
  const unpack = unpackTar(folder, {
    strict: true,
    filter: ({ type, name }) => type === 'file' && FILE_NAME.test(name),
    fmode: 0o600,
    dmode: 0o700,
  });
  try {
    await pipeline(body, decipher, unpack, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'syscall' in error) throw error;
    throw new BackupCorruptError(`${path} is damaged`, { cause: error });
  }
  return keys;
}

interface Head {
  readonly head: Buffer;
  readonly keys: ClientKeys;
  readonly salt: Buffer;
  /** Of the whole file. */
  readonly size: number;
}

async function readHead(path: string, passphrase: string): Promise<Head> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = await exactly(file, 0, MAGIC.length + 4, path);
    if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw new BackupCorruptError(`${path} is no backup of p2pimg`);
    const keysBytes = start.readUInt32BE(MAGIC.length);
    if (keysBytes > MAX_KEYS_BYTES) throw new BackupCorruptError(`${path} is damaged`);
    const head = await exactly(file, 0, start.length + keysBytes + SALT_BYTES, path);
    if (size <= head.length + TAG_BYTES) throw new BackupCorruptError(`${path} is cut off`);
    const sealed = head.subarray(start.length, start.length + keysBytes);
    const keys = await importClientKeys(new Uint8Array(sealed), passphrase);
    return { head, keys, salt: head.subarray(-SALT_BYTES), size };
  } finally {
    await file.close();
  }
}

async function readTail(path: string, size: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await exactly(file, size - TAG_BYTES, TAG_BYTES, path);
  } finally {
    await file.close();
  }
}

async function exactly(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new BackupCorruptError(`${path} is cut off`);
  return buffer;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, '/').length))
    .filter((name) => FILE_NAME.test(name));
}

function cipherOf(keys: ClientKeys, salt: Buffer, head: Buffer): CipherGCM {
  const { key, nonce } = secretsOf(keys, salt);
  return createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
}

function decipherOf(keys: ClientKeys, salt: Buffer, head: Buffer): DecipherGCM {
  const { key, nonce } = secretsOf(keys, salt);
  return createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(head);
}

function secretsOf({ sign, box }: ClientKeys, salt: Buffer): { readonly key: Buffer; readonly nonce: Buffer } {
  const secret = Buffer.concat([sign.privateKey, box.privateKey]);
  const derived = Buffer.from(hkdfSync('sha256', secret, salt, MAGIC, 44));
  return { key: derived.subarray(0, 32), nonce: derived.subarray(32) };
}

function lengthField(length: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(length);
  return field;
}
