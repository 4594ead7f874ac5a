import { RECORD_BYTES, TAG_BYTES } from '@p2pimg/wire';

/**
 * Buffers for sealed records, used again: a fresh one for each would make the garbage collector run every few megabytes.
 * They hold ciphertext only.
 */
const spare: Uint8Array[] = [];
/** 4 MiB: what fifty pictures of 60 KB on their way at once need. */
const SPARE_BUFFERS = 256;
const RECORD_BUFFER_BYTES: number = RECORD_BYTES + TAG_BYTES;

/** At least `length` bytes, with whatever was in them before. */
export function takeRecordBuffer(length: number): Uint8Array {
  if (length <= RECORD_BUFFER_BYTES / 2) return new Uint8Array(length);
  return spare.pop() ?? new Uint8Array(RECORD_BUFFER_BYTES);
}

/** The caller uses it no more. */
export function giveRecordBuffer(bytes: Uint8Array): void {
  if (bytes.length === RECORD_BUFFER_BYTES && spare.length < SPARE_BUFFERS) spare.push(bytes);
}
