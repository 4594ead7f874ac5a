/** What an `upload` transfer carries: the content key, then the picture. See docs/protocol.md. */

import { concatBytes } from './bytes.ts';
import { MalformedMessageError } from './errors.ts';

/** The content key in front of the picture. */
export const UPLOAD_KEY_BYTES = 32;

export interface Upload {
  /** Content key chosen by the owner, 32 bytes. */
  readonly contentKey: Uint8Array;
  /** The file to hide, ≥ 1 byte. */
  readonly picture: Uint8Array;
}

/** @throws RangeError when the key has not 32 bytes */
export function encodeUpload({ contentKey, picture }: Upload): Uint8Array {
  if (contentKey.length !== UPLOAD_KEY_BYTES) throw new RangeError(`a content key has ${UPLOAD_KEY_BYTES} bytes`);
  return concatBytes(contentKey, picture);
}

/** Both parts as views on the same memory. @throws MalformedMessageError when no byte follows the key */
export function decodeUpload(bytes: Uint8Array): Upload {
  if (bytes.length <= UPLOAD_KEY_BYTES) throw new MalformedMessageError('an upload holds a key and a picture');
  return { contentKey: bytes.subarray(0, UPLOAD_KEY_BYTES), picture: bytes.subarray(UPLOAD_KEY_BYTES) };
}
