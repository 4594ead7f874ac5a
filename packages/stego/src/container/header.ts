import { BadArgumentError, BadImageError } from '../errors.ts';

/** A hidden file: its bytes, media type (RFC 6838, at most 127 ASCII characters) and name ('' when it has none). */
export interface HiddenFile {
  readonly payload: Uint8Array;
  readonly mime: string;
  readonly name: string;
}

/*
 * Inside of the container, big-endian, zeros after it up to the end of the rows:
 *   0  u8   version (1)
 *   1  u8   flags (0)
 *   2  u8   length of the media type
 *   3  u16  length of the name
 *   5  u32  length of the payload
 *   9       media type, name, payload
 */
const version = 1;
export const headerLength = 9;

const maxNameBytes = 256;
const mimePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
// Control, format, surrogate and unassigned characters spoil terminals; separators make paths.
const unsafeName = /[\p{C}\p{Zl}\p{Zp}/\\]/u;

function nameFault(name: string): string | undefined {
  if (unsafeName.test(name)) return 'a name must have no control characters and no path separators';
  if (name === '.' || name === '..') return 'a name must not be a directory';
  return undefined;
}

export interface FileHead {
  readonly mime: Uint8Array;
  readonly name: Uint8Array;
}

/** Checks and encodes media type and name. @throws BadArgumentError */
export function encodeFileHead(mime: string, name: string): FileHead {
  if (!mimePattern.test(mime)) throw new BadArgumentError(`not a media type: ${JSON.stringify(mime)}`);
  const fault = nameFault(name);
  if (fault !== undefined) throw new BadArgumentError(fault);
  const encoder = new TextEncoder();
  const head = { mime: encoder.encode(mime), name: encoder.encode(name.normalize('NFC')) };
  if (head.name.length > maxNameBytes) throw new BadArgumentError(`a name has at most ${maxNameBytes} bytes`);
  return head;
}

/** Bytes of the plaintext before padding. */
export function plaintextLength(head: FileHead, payloadLength: number): number {
  return headerLength + head.mime.length + head.name.length + payloadLength;
}

/** Writes header and file into `out`, which is all zeros and at least {@link plaintextLength} long. */
export function writePlaintext(out: Uint8Array, head: FileHead, payload: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint8(0, version);
  view.setUint8(2, head.mime.length);
  view.setUint16(3, head.name.length);
  view.setUint32(5, payload.length);
  out.set(head.mime, headerLength);
  out.set(head.name, headerLength + head.mime.length);
  out.set(payload, headerLength + head.mime.length + head.name.length);
}

/**
 * Reads what {@link writePlaintext} wrote. The bytes are authentic, but their writer may be anybody who has the key:
 * lengths, media type and name are checked all the same. `payload` shares memory with `bytes`.
 * @throws BadImageError
 */
export function readPlaintext(bytes: Uint8Array): HiddenFile {
  if (bytes.length < headerLength) throw new BadImageError('the container has no header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== version || view.getUint8(1) !== 0) {
    throw new BadImageError(`container version ${view.getUint8(0)}, flags ${view.getUint8(1)} are not known`);
  }
  const nameStart = headerLength + view.getUint8(2);
  const payloadStart = nameStart + view.getUint16(3);
  const end = payloadStart + view.getUint32(5);
  if (end > bytes.length) throw new BadImageError('the container declares more than it holds');
  const mime = decodeText(bytes.subarray(headerLength, nameStart));
  const name = decodeText(bytes.subarray(nameStart, payloadStart));
  if (!mimePattern.test(mime)) throw new BadImageError('the hidden media type is not one');
  if (nameFault(name) !== undefined || payloadStart - nameStart > maxNameBytes) {
    throw new BadImageError('the hidden name is not allowed');
  }
  return { payload: bytes.subarray(payloadStart, end), mime, name };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BadImageError('the container has text that is not UTF-8');
  }
}
