import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { constants, crc32, deflateRawSync, inflateSync } from 'node:zlib';
import type { Platform } from '../platform.ts';

const tagLength = 16;

/** {@link Platform} on node:crypto and node:zlib. */
export const nodePlatform: Platform = {
  sha256(...parts) {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  },

  hmacSha256(key, ...parts) {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  },

  seal(key, nonce, aad, plaintext, out) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    cipher.setAAD(aad);
    out.set(cipher.update(plaintext), 0);
    cipher.final();
    out.set(cipher.getAuthTag(), plaintext.length);
  },

  open(key, nonce, aad, sealed) {
    const split = sealed.length - tagLength;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(split));
    const plaintext = decipher.update(sealed.subarray(0, split));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  },

  inflate(stream, length) {
    try {
      // A chunk larger than the result makes zlib fill one buffer; otherwise it would collect pieces and join them.
      const options = { info: true, chunkSize: Math.max(64, length + 1), maxOutputLength: Math.max(1, length) };
      const { buffer, engine } = inflateSync(stream, options) as unknown as InflateInfo;
      return buffer.length === length && engine.bytesWritten === stream.length ? buffer : undefined;
    } catch {
      return undefined;
    }
  },

  deflate: (bytes) => deflateRawSync(bytes, { level: 9, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH }),

  crc32: (bytes) => crc32(bytes),
};

/** What zlib's synchronous calls return with `info: true` (the typings know only the plain form). */
interface InflateInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}
