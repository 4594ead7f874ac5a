import {
  DATA_HEADER_BYTES,
  type DataHeader,
  FrameType,
  PIECE_BYTES,
  SEGMENT_BYTES,
  TAG_BYTES,
  type TransferOpenFrame,
  type TransferPieceFrame,
  type TransferStatusFrame,
} from '@p2pimg/wire';
import type { Aead } from '../crypto-suite.ts';
import { recordAad, recordNonce } from '../keys/nonces.ts';
import { pieceCount, recordCount, recordLength, recordOffset, segmentCount } from './layout.ts';

export type SegmentResult = 'kept' | 'duplicate' | 'opened' | 'spoiled' | 'malformed';

/** Before memory is taken. */
const NOTHING = new Uint8Array(0);
const NO_MASKS = new Uint32Array(0);
const NO_SOURCES = new Int32Array(0);

/**
 * A transfer on its way in. Ciphertext lands where its plaintext will be (the tag apart), so that a transfer never
 * needs more memory than its size, and a record that does not open leaves nothing behind but its place.
 */
export class IncomingTransfer {
  readonly number: number;
  readonly size: number;
  readonly purpose: number;
  readonly lane: number;
  readonly id: Uint8Array;
  readonly #records: number;
  /** Made when accepted. */
  #bytes: Uint8Array = NOTHING;
  #tags: Uint8Array = NOTHING;
  /** Per record: segments (or pieces) here, as bits; and the key epoch and lane they came under, or `PIECES`. */
  #masks: Uint32Array = NO_MASKS;
  #sources: Int32Array = NO_SOURCES;
  #opened: Uint8Array = NOTHING;
  #openedPrefix = 0;
  #openedCount = 0;
  #openedBytes = 0;
  #accepted = false;

  constructor(frame: TransferOpenFrame) {
    this.number = frame.transfer;
    this.size = frame.size;
    this.purpose = frame.purpose;
    this.lane = frame.lane;
    this.id = frame.id.slice();
    this.#records = recordCount(frame.size);
  }

  get accepted(): boolean {
    return this.#accepted;
  }

  get complete(): boolean {
    return this.#accepted && this.#openedCount === this.#records;
  }

  /** Plaintext bytes opened so far. */
  get receivedBytes(): number {
    return this.#openedBytes;
  }

  /** The whole content; only meaningful once `complete`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Takes the memory: `size` bytes and a few per record. */
  accept(): void {
    this.#accepted = true;
    this.#bytes = new Uint8Array(this.size);
    this.#tags = new Uint8Array(this.#records * TAG_BYTES);
    this.#masks = new Uint32Array(this.#records);
    this.#sources = new Int32Array(this.#records);
    this.#opened = new Uint8Array(this.#records);
  }

  /** What the sender should know now. */
  status(): TransferStatusFrame {
    let openedBeyond = 0;
    for (let i = 0; i < 32; i++) {
      if (this.#opened[this.#openedPrefix + 1 + i] === 1) openedBeyond |= 1 << i;
    }
    return {
      type: FrameType.transferStatus,
      transfer: this.number,
      granted: this.#accepted ? this.size : 0,
      opened: this.#openedPrefix,
      openedBeyond: openedBeyond >>> 0,
    };
  }

  /** A segment whose token was right; `at` is where its packet starts. Opens the record when it is the last one missing. */
  addSegment(header: DataHeader, b: Uint8Array, at: number, connectionId: number, aead: Aead): SegmentResult {
    const { record, segment } = header;
    if (!this.#accepted || record >= this.#records || header.fin !== (record === this.#records - 1)) return 'malformed';
    const length = recordLength(this.size, record);
    const segments = segmentCount(length);
    if (segment >= segments) return 'malformed';
    if (this.#opened[record] === 1) return 'duplicate';
    const source = (header.epoch << 16) | header.lane | SEGMENTS;
    const before = this.#sources[record]!;
    if (before !== source) {
      // Sealed anew under other keys: what came before does not fit to it, and is not let back in.
      if (before !== 0 && !supersedes(source, before)) return 'duplicate';
      this.#sources[record] = source;
      this.#masks[record] = 0;
    }
    const bit = 1 << segment;
    if ((this.#masks[record]! & bit) !== 0) return 'duplicate';
    this.#masks[record] = this.#masks[record]! | bit;
    this.#place(b, at + DATA_HEADER_BYTES, record, segment, length);
    if (this.#masks[record] !== all(segments)) return 'kept';
    return this.#open(record, length, header, connectionId, aead) ? 'opened' : 'spoiled';
  }

  /** Plaintext that was sealed by itself. */
  addPiece(frame: TransferPieceFrame): SegmentResult {
    const { record, piece } = frame;
    if (!this.#accepted || record >= this.#records) return 'malformed';
    const length = recordLength(this.size, record);
    const pieces = pieceCount(length);
    const from = piece * PIECE_BYTES;
    if (piece >= pieces || frame.bytes.length !== Math.min(PIECE_BYTES, length - from)) return 'malformed';
    if (this.#opened[record] === 1) return 'duplicate';
    if (this.#sources[record] !== PIECES) {
      this.#sources[record] = PIECES;
      this.#masks[record] = 0;
    }
    const bit = 1 << piece;
    if ((this.#masks[record]! & bit) !== 0) return 'duplicate';
    this.#masks[record] = this.#masks[record]! | bit;
    this.#bytes.set(frame.bytes, recordOffset(record) + from);
    if (this.#masks[record] !== all(pieces)) return 'kept';
    this.#markOpened(record, length);
    return 'opened';
  }

  #place(b: Uint8Array, at: number, record: number, segment: number, length: number): void {
    const from = segment * SEGMENT_BYTES;
    const cipher = Math.max(0, Math.min(SEGMENT_BYTES, length - from));
    if (cipher > 0) this.#bytes.set(b.subarray(at, at + cipher), recordOffset(record) + from);
    const tag = Math.min(SEGMENT_BYTES, length + TAG_BYTES - from) - cipher;
    if (tag > 0) {
      const tagFrom = from + cipher - length;
      this.#tags.set(b.subarray(at + cipher, at + cipher + tag), record * TAG_BYTES + tagFrom);
    }
  }

  #open(record: number, length: number, header: DataHeader, connectionId: number, aead: Aead): boolean {
    const offset = recordOffset(record);
    const place = this.#bytes.subarray(offset, offset + length);
    const opened = aead.openInto(
      recordNonce(this.number, record),
      recordAad(connectionId, header.lane, this.number, record, { offset, length, fin: header.fin }),
      place,
      this.#tags.subarray(record * TAG_BYTES, (record + 1) * TAG_BYTES),
      place,
      0,
    );
    if (!opened) {
      this.#masks[record] = 0;
      return false;
    }
    this.#markOpened(record, length);
    return true;
  }

  #markOpened(record: number, length: number): void {
    this.#opened[record] = 1;
    this.#openedCount++;
    this.#openedBytes += length;
    while (this.#opened[this.#openedPrefix] === 1) this.#openedPrefix++;
  }
}

/** So many low bits, below 32. `2 **` is a call of the mathematical library, one for each datagram. */
const all = (count: number): number => (1 << count) - 1;

/** Whether a record sealed as `next` came after one sealed as `before`: a newer epoch, or the same one off its lane. */
function supersedes(next: number, before: number): boolean {
  if (before === PIECES) return false;
  const age = ((next >>> 16) - (before >>> 16)) & 0xff;
  return age === 0 ? (next & 0xffff) === 0 : age < 128;
}

/** In `#sources`: not an epoch and a lane, but pieces; and the mark that tells an epoch and a lane from nothing. */
const PIECES = -1;
const SEGMENTS: number = 1 << 24;
