/** Secret files on disk, mode 0600: a client's keys, a server's secrets, the operator's root key, a recovery key until it is told. */

import { open } from 'node:fs/promises';
import type { ClientKeys, KeyPair } from '../core/keys.ts';
import {
  SecretCorruptError,
  SecretExistsError,
  SecretMissingError,
  SecretPermissionsError,
} from '../core/secrets/errors.ts';
import {
  decodeClientKeys,
  decodeServerSecrets,
  decodeSignPair,
  encodeClientKeys,
  encodeServerSecrets,
  encodeSignPair,
  type SecretKind,
  type ServerSecrets,
} from '../core/secrets/payload.ts';
import { writeFileDurably } from './durable-file.ts';
import { MAX_SECRET_BYTES, openSecret, sealSecret } from './sealed-secret.ts';
import { nodeSuite } from './suite.ts';

export interface SecretWrite {
  /** 8 … 1,024 characters; plain without one. */
  readonly passphrase?: string | undefined;
  /** Replace a file that is there. Default false. */
  readonly replace?: boolean;
}

export interface SecretRead {
  readonly passphrase?: string | undefined;
}

/** @throws SecretExistsError, PassphraseLengthError, errors of node:fs */
export function writeClientKeys(path: string, keys: ClientKeys, options: SecretWrite = {}): Promise<void> {
  return writeSecret(path, 'client', encodeClientKeys(keys), options);
}

/** @throws SecretMissingError, SecretPermissionsError, SecretCorruptError, SecretKindError, PassphraseNeededError, WrongPassphraseError */
export async function readClientKeys(path: string, options: SecretRead = {}): Promise<ClientKeys> {
  return decodeClientKeys(nodeSuite, await readSecret(path, 'client', options));
}

/** @throws SecretExistsError, PassphraseLengthError, errors of node:fs */
export function writeServerSecrets(path: string, secrets: ServerSecrets, options: SecretWrite = {}): Promise<void> {
  return writeSecret(path, 'server', encodeServerSecrets(secrets), options);
}

/** @throws as {@link readClientKeys} */
export async function readServerSecrets(path: string, options: SecretRead = {}): Promise<ServerSecrets> {
  return decodeServerSecrets(nodeSuite, await readSecret(path, 'server', options));
}

/** @throws SecretExistsError, PassphraseLengthError, errors of node:fs */
export function writeRootKey(path: string, root: KeyPair, options: SecretWrite = {}): Promise<void> {
  return writeSecret(path, 'root', encodeSignPair(root), options);
}

/** @throws as {@link readClientKeys} */
export async function readRootKey(path: string, options: SecretRead = {}): Promise<KeyPair> {
  return decodeSignPair(nodeSuite, await readSecret(path, 'root', options));
}

/** @throws SecretExistsError, PassphraseLengthError, errors of node:fs */
export function writeRecoveryKey(path: string, recovery: KeyPair, options: SecretWrite = {}): Promise<void> {
  return writeSecret(path, 'recovery', encodeSignPair(recovery), options);
}

/** @throws as {@link readClientKeys} */
export async function readRecoveryKey(path: string, options: SecretRead = {}): Promise<KeyPair> {
  return decodeSignPair(nodeSuite, await readSecret(path, 'recovery', options));
}

/** A client's keys to carry to another machine; always under a passphrase. @throws PassphraseLengthError */
export function exportClientKeys(keys: ClientKeys, passphrase: string): Promise<Uint8Array> {
  return sealSecret('client', encodeClientKeys(keys), passphrase);
}

/** @throws SecretCorruptError, SecretKindError, WrongPassphraseError */
export async function importClientKeys(bytes: Uint8Array, passphrase: string): Promise<ClientKeys> {
  return decodeClientKeys(nodeSuite, await openSecret('client', bytes, passphrase));
}

async function writeSecret(path: string, kind: SecretKind, payload: Uint8Array, options: SecretWrite): Promise<void> {
  const sealed = await sealSecret(kind, payload, options.passphrase);
  try {
    await writeFileDurably(path, sealed, { replace: options.replace ?? false });
  } catch (error) {
    if (hasCode(error, 'EEXIST'))
      throw new SecretExistsError(`there is a secret file at ${path} already`, { cause: error });
    throw error;
  }
}

async function readSecret(path: string, kind: SecretKind, { passphrase }: SecretRead): Promise<Uint8Array> {
  return openSecret(kind, await readPrivateFile(path), passphrase);
}

async function readPrivateFile(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) throw new SecretMissingError(`there is no secret file at ${path}`, { cause: error });
    throw error;
  });
  try {
    // Of the open file, not of the path: nobody can swap it in between.
    const { mode, size } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new SecretPermissionsError(`others may read ${path}: chmod 600 it`);
    }
    if (size > MAX_SECRET_BYTES) throw new SecretCorruptError('the file is too long for a secret');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
