import { PIECE_BYTES, RECORD_BYTES, SEGMENT_BYTES, TAG_BYTES } from '@p2pimg/wire';

/** How a transfer of `size` bytes divides into records, segments and pieces. Both sides compute it; no datum is asked. */

/** Even an empty transfer has one record: it carries the termination signal. */
export const recordCount = (size: number): number => Math.max(1, Math.ceil(size / RECORD_BYTES));

export const recordOffset = (record: number): number => record * RECORD_BYTES;

export const recordLength = (size: number, record: number): number =>
  Math.min(RECORD_BYTES, size - recordOffset(record));

/** Segments that a record of `length` plaintext bytes takes with its tag: 1 … 16. */
export const segmentCount = (length: number): number => Math.ceil((length + TAG_BYTES) / SEGMENT_BYTES);

/** Pieces that it takes when each is sealed by itself: 1 … 17. */
export const pieceCount = (length: number): number => Math.max(1, Math.ceil(length / PIECE_BYTES));

/** Keeps segment numbers within 32 bits with room for a few more (64 GiB). */
export const MAX_TRANSFER_BYTES: number = 2 ** 36;
