import {
  DATA_HEADER_BYTES,
  DATA_TOKEN_OFFSET,
  FrameType,
  MAX_DATAGRAM_BYTES,
  PIECE_BYTES,
  SEGMENT_BYTES,
  SEGMENTS_PER_RECORD,
  type TransferOpenFrame,
  type TransferPieceFrame,
  type TransferStatusFrame,
  writeDataHeader,
} from '@p2pimg/wire';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import type { PacketOwner } from '../recovery/sent-packets.ts';
import { pieceCount, recordCount, recordLength, recordOffset, segmentCount } from './layout.ts';
import { type SealedCount, SealedRecords } from './sealed-records.ts';

/** Sent before the receiver has said yes; dropped there if it says no. */
export const UNGRANTED_BYTES: number = 256 * 1024;
/** Spoiled records after which a transfer goes in pieces that are sealed one by one. */
const SPOILED_LIMIT = 2;
/** Times in a row that what arrived and was not opened is sent again. */
const MAX_REVIVALS = 5;

const GENERATIONS = 8;

/** States of a segment; 0 is unsent. */
const SENT = 1;
const ARRIVED = 2;
const WANTED = 3;

export interface OutgoingDescription {
  readonly id: Uint8Array;
  readonly purpose: number;
  readonly bytes: Uint8Array;
  readonly lane: number;
}

/**
 * A transfer on its way out. A record is sealed when its first segment leaves and its ciphertext is kept until the
 * receiver says that it opened it: an acknowledged segment alone frees nothing.
 */
export class OutgoingTransfer implements PacketOwner {
  readonly number: number;
  readonly id: Uint8Array;
  readonly purpose: number;
  lane: number;
  /** Segments sent in its running turn (see `OutgoingTransfers`). */
  turn = 0;
  readonly #bytes: Uint8Array;
  readonly #records: number;
  readonly #segments: Uint8Array;
  readonly #sealed: SealedRecords;
  /** Sealings of each record, modulo 8. */
  readonly #generations: Uint8Array;
  readonly #opened: Uint8Array;
  /** Segments to send again, oldest first, from `#wantedAt` on. */
  #wanted: number[] = [];
  #wantedAt = 0;
  #next = 0;
  #granted = UNGRANTED_BYTES;
  #openedCount = 0;
  #openedPrefix = 0;
  #acknowledgedBytes = 0;
  #spoiled = 0;
  #revivals = 0;
  #stopped = false;

  /** `sealed` counts for all transfers of the session. */
  constructor(number: number, description: OutgoingDescription, sealed: SealedCount) {
    this.number = number;
    this.id = description.id;
    this.purpose = description.purpose;
    this.lane = description.lane;
    this.#bytes = description.bytes;
    this.#sealed = new SealedRecords(number, description.bytes, sealed);
    this.#records = recordCount(description.bytes.length);
    this.#segments = new Uint8Array(this.#records * SEGMENTS_PER_RECORD);
    this.#generations = new Uint8Array(this.#records);
    this.#opened = new Uint8Array(this.#records);
  }

  get openFrame(): TransferOpenFrame {
    const { number, purpose, lane, id } = this;
    return { type: FrameType.transferOpen, transfer: number, size: this.#bytes.length, purpose, lane, id };
  }

  get acknowledgedBytes(): number {
    return this.#acknowledgedBytes;
  }

  get done(): boolean {
    return this.#openedCount === this.#records;
  }

  /** Whether the next packet is a repetition. */
  get repeating(): boolean {
    return this.#nextWanted() >= 0;
  }

  /** Nothing is to be sent, and records that were sent are not opened: true for a moment after the last packet. */
  get stalled(): boolean {
    return this.#sealed.size > 0 && this.peek() < 0;
  }

  /** Records that were sent and are not opened. */
  get sealedRecords(): number {
    return this.#sealed.size;
  }

  /** Times in a row that it was revived and nothing was opened. */
  get revivals(): number {
    return this.#revivals;
  }

  /**
   * Sends again what stalls, so many records of it; at last in pieces, which are returned for the control queue. Undefined if that
   * has been tried enough.
   */
  revive(records: number): TransferPieceFrame[] | undefined {
    if (++this.#revivals > MAX_REVIVALS) return undefined;
    return this.#sealed
      .numbers()
      .slice(0, records)
      .flatMap((record) => this.onSpoiled(record));
  }

  /** Ends all sending; what comes in afterwards changes nothing. */
  stop(): void {
    this.#stopped = true;
    this.#sealed.clear();
    this.#wanted = [];
    this.#wantedAt = 0;
  }

  /** Continues on the parent port: what was sealed for the lane and has not been opened is sealed anew. */
  leaveLane(): void {
    this.lane = 0;
    for (const record of this.#sealed.numbers()) this.#startOver(record);
    this.#sealed.clear();
  }

  /** The next segment to send, or −1 if there is none now. */
  peek(): number {
    if (this.#stopped) return -1;
    const wanted = this.#nextWanted();
    if (wanted >= 0) return wanted;
    while (this.#next < this.#segments.length) {
      const record = this.#next >>> 4;
      const length = recordLength(this.#bytes.length, record);
      if (this.#opened[record] === 1 || (this.#next & 15) >= segmentCount(length)) {
        this.#next = (record + 1) * SEGMENTS_PER_RECORD;
        continue;
      }
      if ((this.#next & 15) === 0 && this.#sealed.full) return -1;
      return recordOffset(record) + length <= this.#granted ? this.#next : -1;
    }
    return -1;
  }

  /** The next segment to be repeated, or −1 if there is none. */
  #nextWanted(): number {
    while (this.#wantedAt < this.#wanted.length) {
      const segment = this.#wanted[this.#wantedAt]!;
      if (this.#segments[segment] === WANTED && this.#opened[segment >>> 4] === 0) return segment;
      this.#wantedAt++;
    }
    if (this.#wanted.length > 0) {
      this.#wanted = [];
      this.#wantedAt = 0;
    }
    return -1;
  }

  /** Writes the packet of the segment that `peek` gave. `lane` in the header names the keys, not the path. */
  write(
    segment: number,
    out: Uint8Array,
    at: number,
    packetNumber: number,
    connectionId: number,
    keys: EpochKeys,
  ): void {
    const record = segment >>> 4;
    const stale = this.#sealed.get(record);
    if (stale !== undefined && stale.epoch !== keys) {
      this.#startOver(record);
      this.#sealed.release(record);
    }
    const sealed = this.#sealed.get(record) ?? this.#sealed.seal(record, this.lane, connectionId, keys);
    const from = (segment & 15) * SEGMENT_BYTES;
    const part = sealed.ciphertext.subarray(from, Math.min(from + SEGMENT_BYTES, sealed.length));
    writeDataHeader(out, at, {
      epoch: sealed.epoch.number,
      lane: sealed.lane,
      connectionId,
      packetNumber,
      fin: record === this.#records - 1,
      segment: segment & 15,
      transfer: this.number,
      record,
    });
    sealed.epoch.send.tokens.write(packetNumber, out, at + DATA_TOKEN_OFFSET);
    out.set(part, at + DATA_HEADER_BYTES);
    if (part.length < SEGMENT_BYTES) out.fill(0, at + DATA_HEADER_BYTES + part.length, at + MAX_DATAGRAM_BYTES);
    this.#segments[segment] = SENT;
    if (segment === this.#next) this.#next++;
    else this.#wantedAt++;
  }

  /** What a packet with this segment is remembered by: a segment of an earlier sealing must not count for this one. */
  detail(segment: number): number {
    return segment * GENERATIONS + this.#generations[segment >>> 4]!;
  }

  packetAcked(detail: number): void {
    const segment = this.#current(detail);
    if (segment >= 0) this.#segments[segment] = ARRIVED;
  }

  resend(detail: number): void {
    const segment = this.#current(detail);
    if (this.#stopped || segment < 0 || this.#segments[segment] !== SENT || this.#opened[segment >>> 4] === 1) return;
    this.#want(segment);
  }

  /** Takes the receiver's state. True if it says something new. */
  onStatus(frame: TransferStatusFrame): boolean {
    const before = this.#openedCount;
    const granted = this.#granted;
    this.#granted = Math.max(granted, frame.granted);
    const prefix = Math.min(frame.opened, this.#records);
    for (let record = this.#openedPrefix; record < prefix; record++) this.#markOpened(record);
    for (let i = 0; i < 32; i++) {
      const record = prefix + 1 + i;
      if (((frame.openedBeyond >>> i) & 1) === 1 && record < this.#records) this.#markOpened(record);
    }
    while (this.#opened[this.#openedPrefix] === 1) this.#openedPrefix++;
    return this.#openedCount > before || this.#granted > granted;
  }

  /** The record did not open there: sends it again, at last in pieces, which are returned for the control queue. */
  onSpoiled(record: number): TransferPieceFrame[] {
    if (this.#stopped || record >= this.#records || this.#opened[record] === 1) return [];
    const first = record * SEGMENTS_PER_RECORD;
    if (first >= this.#next) return [];
    const length = recordLength(this.#bytes.length, record);
    if (++this.#spoiled > SPOILED_LIMIT) return this.#pieces(record, length);
    this.#startOver(record);
    return [];
  }

  /** All that was sent of a record counts for nothing: it goes out again. */
  #startOver(record: number): void {
    const first = record * SEGMENTS_PER_RECORD;
    this.#generations[record] = (this.#generations[record]! + 1) % GENERATIONS;
    const end = Math.min(this.#next, first + segmentCount(recordLength(this.#bytes.length, record)));
    for (let segment = first; segment < end; segment++) this.#want(segment);
  }

  #want(segment: number): void {
    this.#segments[segment] = WANTED;
    this.#wanted.push(segment);
  }

  /** The segment that a packet carried, or −1 if it belongs to an earlier sealing. */
  #current(detail: number): number {
    const segment = Math.floor(detail / GENERATIONS);
    return detail % GENERATIONS === this.#generations[segment >>> 4] ? segment : -1;
  }

  #pieces(record: number, length: number): TransferPieceFrame[] {
    const offset = recordOffset(record);
    return Array.from({ length: pieceCount(length) }, (_, piece) => ({
      type: FrameType.transferPiece,
      transfer: this.number,
      record,
      piece,
      bytes: this.#bytes.subarray(offset + piece * PIECE_BYTES, offset + Math.min(length, (piece + 1) * PIECE_BYTES)),
    }));
  }

  #markOpened(record: number): void {
    if (this.#opened[record] === 1) return;
    this.#opened[record] = 1;
    this.#openedCount++;
    this.#revivals = 0;
    this.#acknowledgedBytes += recordLength(this.#bytes.length, record);
    this.#sealed.release(record);
  }
}
