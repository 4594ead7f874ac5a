import { nodeSuite } from '@p2pimg/identity';
import { extract } from '@p2pimg/stego';
import { encodeUpload, equalBytes, toHex } from '@p2pimg/wire';
import type { RawClient } from './raw-client.ts';

/** Looks like a JPEG to whoever does not decode it; nobody in the cloud does. */
export function picture(bytes: number): Uint8Array {
  const file = nodeSuite.randomBytes(bytes);
  file.set([0xff, 0xd8, 0xff]);
  return file;
}

/** Has a picture hidden, takes it out again and compares, as every client does. Returns the digest to publish. */
export async function encodeAndCompare(client: RawClient, imageId: string, bytes: number): Promise<string> {
  const file = picture(bytes);
  const contentKey = nodeSuite.randomBytes(32);
  const digest = toHex(nodeSuite.sha256(file));
  const body = { imageId, bytes, digest, mime: 'image/jpeg' };
  const { ack, result } = await client.call('encode', body, { upload: encodeUpload({ contentKey, picture: file }) });
  if (ack.type !== 'encode' || ack.status !== 'success') throw new Error(JSON.stringify(ack));
  if (result === undefined || toHex(nodeSuite.sha256(result)) !== ack.body.digest) throw new Error('no picture');
  if (!equalBytes(extract(result, { key: contentKey }).payload, file)) throw new Error('another picture');
  return ack.body.digest;
}
