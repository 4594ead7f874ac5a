/** A profile's folder: keys, the pinned cloud, journal, pictures and ledger; one process at a time. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  acceptManifest,
  type FileLock,
  lockFile,
  type Manifest,
  type ManifestPin,
  nodeSuite,
  openManifest,
  writeFileDurably,
} from '@p2pimg/identity';
import { LedgerFile } from '@p2pimg/rights';
import { fromHex, toHex, utf8Decode, utf8Encode } from '@p2pimg/wire';
import type { Change } from '../core/records.ts';
import { Blobs } from './blobs.ts';
import { ClientConfigError } from './errors.ts';
import { type Journal, openJournal } from './journal.ts';
import { KeyRing } from './key-ring.ts';

export interface Profile {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly ledger: LedgerFile;
  readonly keys: KeyRing;
  readonly close: () => Promise<void>;
}

/**
 * @param manifest the signed manifest's file
 * @throws FileLockedError, ClientConfigError, JournalCorruptError, LedgerCorruptError, errors of the manifest, of the key file and of node:fs
 */
export async function openProfile(
  folder: string,
  manifest: Uint8Array,
  passphrase: string | undefined,
): Promise<Profile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFile(join(folder, 'lock'));
  try {
    return await openLocked(folder, manifest, passphrase, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(
  folder: string,
  manifestFile: Uint8Array,
  passphrase: string | undefined,
  lock: FileLock,
): Promise<Profile> {
  const manifest = await pinned(join(folder, 'cloud.json'), manifestFile);
  const journal = await openJournal(join(folder, 'journal'));
  try {
    return await openStores({ folder, manifest, journal, lock }, passphrase);
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function openStores(
  { lock, ...opened }: Pick<Profile, 'folder' | 'manifest' | 'journal'> & { readonly lock: FileLock },
  passphrase: string | undefined,
): Promise<Profile> {
  const { folder, journal } = opened;
  const keys = await KeyRing.open(folder, passphrase, isRotating(journal));
  const blobs = await Blobs.open(join(folder, 'pictures'), blobsOf(journal.records));
  const ledger = await LedgerFile.open(join(folder, 'ledger'), { now: Date.now() });
  return {
    ...opened,
    blobs,
    ledger,
    keys,
    close: async () => {
      await journal.close();
      await ledger.close();
      await lock.release();
    },
  };
}

function isRotating({ records }: Journal): boolean {
  return (records.findLast(({ table }) => table === 'rotation')?.value ?? null) !== null;
}

/** The manifest, if it is of the cloud that this profile belongs to, and not an older one; the pin is kept. */
async function pinned(path: string, file: Uint8Array): Promise<Manifest> {
  const signed = openManifest(nodeSuite, file);
  const before = await readPin(path);
  const pin = acceptManifest(before, signed, Date.now());
  if (before?.serial !== pin.serial) await writeFileDurably(path, encodePin(pin));
  return signed.manifest;
}

async function readPin(path: string): Promise<ManifestPin | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    const { cloudId, rootKey, serial, digest } = JSON.parse(utf8Decode(bytes)) as Record<string, string | number>;
    return {
      cloudId: String(cloudId),
      rootKey: fromHex(String(rootKey)),
      serial: Number(serial),
      digest: fromHex(String(digest)),
    };
  } catch (error) {
    throw new ClientConfigError(`${path} is damaged: it names the cloud of this profile`, { cause: error });
  }
}

function encodePin({ cloudId, rootKey, serial, digest }: ManifestPin): Uint8Array {
  const pin = { cloudId, rootKey: toHex(rootKey), serial, digest: toHex(digest) };
  return utf8Encode(`${JSON.stringify(pin, undefined, 2)}\n`);
}

/** Files that the journal's last word on each picture names. */
export function blobsOf(records: readonly Change[]): ReadonlySet<string> {
  const blobs = new Map<string, string>();
  for (const { table, key, value } of records) {
    if (table !== 'own' && table !== 'held' && table !== 'arriving') continue;
    if (value === null) blobs.delete(`${table} ${key}`);
    else blobs.set(`${table} ${key}`, value.blob);
  }
  return new Set(blobs.values());
}
