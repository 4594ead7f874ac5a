/** Manifests on disk: drafts that the operator edits, and signed ones. */

import { readFile } from 'node:fs/promises';
import {
  encodeManifestPayload,
  MAX_MANIFEST_BYTES,
  type Manifest,
  nodeSuite,
  openManifest,
  parseManifestPayload,
  writeFileDurably,
} from '@p2pimg/identity';
import { CommandError, EXIT } from '../exit.ts';

export interface ManifestFile {
  readonly manifest: Manifest;
  /** Ed25519 public key that signed it; undefined for a draft. */
  readonly rootKey: Uint8Array | undefined;
}

/** Reads a draft or a signed manifest. @throws CommandError */
export async function readManifestFile(path: string): Promise<ManifestFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'no such file' : `cannot be read (${error.code})`;
    throw new CommandError(`${path}: ${reason}`, EXIT.settings, { cause: error });
  });
  if (bytes.length > MAX_MANIFEST_BYTES) throw new CommandError(`${path}: too long for a manifest`, EXIT.settings);
  try {
    if (isSigned(bytes)) return openManifest(nodeSuite, bytes);
    return { manifest: parseManifestPayload(bytes), rootKey: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'malformed';
    throw new CommandError(`${path}: not a manifest: ${reason}`, EXIT.settings, { cause: error });
  }
}

export async function writeDraft(path: string, manifest: Manifest): Promise<void> {
  await writeFileDurably(path, encodeManifestPayload(manifest));
}

/** A signed file wraps its payload; a draft is the payload. */
function isSigned(bytes: Uint8Array): boolean {
  try {
    return Object.hasOwn(JSON.parse(Buffer.from(bytes).toString('utf8')), 'signature');
  } catch {
    return false; // not JSON: whoever parses the draft says so
  }
}
