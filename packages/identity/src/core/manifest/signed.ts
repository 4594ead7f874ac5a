/**
 * A manifest under the operator's offline root key. The file is JSON, `{format, payload, rootKey, signature}`: the payload's exact
 * bytes in base64url, so that nobody has to agree on how JSON is written; key and signature in hexadecimal.
 */

import { equalBytes, fromBase64Url, fromHex, toBase64Url, toHex, utf8Encode } from '@p2pimg/wire';
import { z } from 'zod';
import { clusterKeyId } from '../cluster-key.ts';
import { inContext } from '../context.ts';
import type { KeyPair } from '../keys.ts';
import type { CryptoSuite } from '../suite.ts';
import { encodeManifestPayload } from './edit.ts';
import { MalformedManifestError, ManifestSignatureError } from './errors.ts';
import { MANIFEST_FORMAT, MAX_PAYLOAD_BYTES, type Manifest, parseJson, parseManifestPayload } from './schema.ts';

const CONTEXT = 'p2pimg manifest v1';
export const MAX_MANIFEST_BYTES: number = 64 * 1024 + 1024;

/** A manifest whose signature has been verified; whose root key that is, the pin decides. */
export interface SignedManifest {
  readonly manifest: Manifest;
  /** Ed25519 public key of the operator. */
  readonly rootKey: Uint8Array;
  /** SHA-256 of the payload. */
  readonly digest: Uint8Array;
}

const fileSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  payload: z.string().max(Math.ceil((MAX_PAYLOAD_BYTES * 4) / 3)),
  rootKey: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});

/** The manifest's file. @throws MalformedManifestError when it has no server */
export function signManifest(suite: CryptoSuite, manifest: Manifest, root: KeyPair): Uint8Array {
  if (manifest.servers.length === 0) throw new MalformedManifestError('servers', 'a cloud needs at least one');
  const payload = encodeManifestPayload(manifest);
  const file = {
    format: MANIFEST_FORMAT,
    payload: toBase64Url(payload),
    rootKey: toHex(root.publicKey),
    signature: toHex(suite.ed25519Sign(root.privateKey, inContext(CONTEXT, payload))),
  };
  return utf8Encode(`${JSON.stringify(file, undefined, 2)}\n`);
}

/** Reads a file and verifies that its own root key signed it. @throws MalformedManifestError, ManifestSignatureError */
export function openManifest(suite: CryptoSuite, bytes: Uint8Array): SignedManifest {
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new MalformedManifestError('', `longer than ${MAX_MANIFEST_BYTES} bytes`);
  const file = parseJson(fileSchema, bytes);
  const payload = payloadBytes(file.payload);
  const rootKey = fromHex(file.rootKey);
  if (!suite.ed25519Verify(rootKey, inContext(CONTEXT, payload), fromHex(file.signature))) {
    throw new ManifestSignatureError('the manifest is not signed by its root key');
  }
  const manifest = parseManifestPayload(payload);
  if (manifest.servers.length === 0) throw new MalformedManifestError('servers', 'a cloud needs at least one');
  if (manifest.clusterKeys.some((key) => !equalBytes(key.id, clusterKeyId(suite, key.publicKey)))) {
    throw new MalformedManifestError('clusterKeys', "an id is not its key's");
  }
  return { manifest, rootKey, digest: suite.sha256(payload) };
}

function payloadBytes(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch {
    throw new MalformedManifestError('payload', 'not base64url');
  }
}
