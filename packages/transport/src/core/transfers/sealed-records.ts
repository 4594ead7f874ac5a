import { TAG_BYTES } from '@p2pimg/wire';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { recordAad, recordNonce } from '../keys/nonces.ts';
import { recordCount, recordLength, recordOffset } from './layout.ts';
import { giveRecordBuffer, takeRecordBuffer } from './record-buffers.ts';

/**
 * Records of a session, of all its transfers, that are sealed and not opened by the peer: 17 MB. A window of packets is less;
 * a peer that acknowledges packets without ever saying that it opened something gets no more.
 */
const MAX_SEALED = 1_100;

export interface SealedRecord {
  /** The record and its tag from the start on; behind `length` is what the buffer held before. */
  readonly ciphertext: Uint8Array;
  readonly length: number;
  readonly epoch: EpochKeys;
  readonly lane: number;
}

/** Sealed records of all transfers of one session. */
export interface SealedCount {
  records: number;
}

/** The records of one outgoing transfer that are sealed and may have to be sent again. */
export class SealedRecords {
  readonly #transfer: number;
  readonly #bytes: Uint8Array;
  readonly #count: SealedCount;
  readonly #sealed = new Map<number, SealedRecord>();

  constructor(transfer: number, bytes: Uint8Array, count: SealedCount) {
    this.#transfer = transfer;
    this.#bytes = bytes;
    this.#count = count;
  }

  get size(): number {
    return this.#sealed.size;
  }

  /** Whether the session may seal no further record now. */
  get full(): boolean {
    return this.#count.records >= MAX_SEALED;
  }

  /** Numbers of the records, first sealed first. */
  numbers(): number[] {
    return [...this.#sealed.keys()];
  }

  get(record: number): SealedRecord | undefined {
    return this.#sealed.get(record);
  }

  /** Seals a record that is not sealed now. Under one key it is never sealed twice with other contents: they do not change. */
  seal(record: number, lane: number, connectionId: number, keys: EpochKeys): SealedRecord {
    const size = this.#bytes.length;
    const offset = recordOffset(record);
    const length = recordLength(size, record);
    const fin = record === recordCount(size) - 1;
    const ciphertext = takeRecordBuffer(length + TAG_BYTES);
    keys.send
      .bulk(lane)
      .sealInto(
        recordNonce(this.#transfer, record),
        recordAad(connectionId, lane, this.#transfer, record, { offset, length, fin }),
        this.#bytes.subarray(offset, offset + length),
        ciphertext,
        0,
      );
    const sealed = { ciphertext, length: length + TAG_BYTES, epoch: keys, lane };
    this.#sealed.set(record, sealed);
    this.#count.records++;
    return sealed;
  }

  release(record: number): void {
    const sealed = this.#sealed.get(record);
    if (sealed === undefined) return;
    this.#sealed.delete(record);
    this.#count.records--;
    giveRecordBuffer(sealed.ciphertext);
  }

  clear(): void {
    for (const record of this.numbers()) this.release(record);
  }
}
