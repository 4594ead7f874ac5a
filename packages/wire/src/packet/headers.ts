import { MAX_DATAGRAM_BYTES } from '../limits.ts';
import {
  CONTROL_HEADER_BYTES,
  DATA_HEADER_BYTES,
  MIN_CONTROL_PAYLOAD_BYTES,
  PacketType,
  PROTOCOL_VERSION,
  SEGMENTS_PER_RECORD,
  TAG_BYTES,
} from './constants.ts';
import { readU16, readU32, readU48, writeU16, writeU32, writeU48 } from './integers.ts';

const MIN_CONTROL_BYTES: number = CONTROL_HEADER_BYTES + MIN_CONTROL_PAYLOAD_BYTES + TAG_BYTES;

/** First byte of every packet: version in the high four bits, type in the low four. */
export const firstByte = (type: PacketType): number => (PROTOCOL_VERSION << 4) | type;

/**
 * The type of the packet at `at`, or undefined if it is not of this version or its type is unknown.
 * Reads one byte.
 */
export function packetType(b: Uint8Array, at: number): PacketType | undefined {
  const first = b[at];
  if (first === undefined || first >>> 4 !== PROTOCOL_VERSION) return undefined;
  const type = first & 0x0f;
  return type >= PacketType.handshakeInit && type <= PacketType.data ? (type as PacketType) : undefined;
}

/** What control and data packets have in common: bytes 0 … 13. */
export interface ShortHeader {
  /** Number of the key epoch, modulo 256. */
  readonly epoch: number;
  /** 0 is the parent port; 1 … 65,535 a worker lane. Selects the keys. */
  readonly lane: number;
  readonly connectionId: number;
  /** 0 … 2^48 − 1. */
  readonly packetNumber: number;
}

export interface DataHeader extends ShortHeader {
  /** The record is the last one of its transfer: the termination signal. */
  readonly fin: boolean;
  /** Sequence number inside the record, 0 … 15. */
  readonly segment: number;
  readonly transfer: number;
  readonly record: number;
}

/** Where the connection id stands in control and data packets; the first thing a receiver looks at. */
export const connectionIdAt = (b: Uint8Array, at: number): number => readU32(b, at + 4);
export const epochAt = (b: Uint8Array, at: number): number => b[at + 1]!;
export const laneAt = (b: Uint8Array, at: number): number => readU16(b, at + 2);
export const packetNumberAt = (b: Uint8Array, at: number): number => readU48(b, at + 8);

function writeShortHeader(b: Uint8Array, at: number, type: PacketType, header: ShortHeader): void {
  b[at] = firstByte(type);
  b[at + 1] = header.epoch;
  writeU16(b, at + 2, header.lane);
  writeU32(b, at + 4, header.connectionId);
  writeU48(b, at + 8, header.packetNumber);
}

/** Writes the 16 bytes that are also the AAD of the control packet. `length` counts the whole packet. */
export function writeControlHeader(b: Uint8Array, at: number, header: ShortHeader, length: number): void {
  writeShortHeader(b, at, PacketType.control, header);
  writeU16(b, at + 14, length);
}

/**
 * Length of the control packet that starts at `at`, of which `available` bytes are there;
 * undefined if the field cannot be true.
 */
export function controlLength(b: Uint8Array, at: number, available: number): number | undefined {
  if (available < MIN_CONTROL_BYTES) return undefined;
  const length = readU16(b, at + 14);
  if (length < MIN_CONTROL_BYTES || length > MAX_DATAGRAM_BYTES || length > available) return undefined;
  return length;
}

/** Writes the header of a data packet; the eight bytes of the token (offset 16) are left to the caller. */
export function writeDataHeader(b: Uint8Array, at: number, header: DataHeader): void {
  writeShortHeader(b, at, PacketType.data, header);
  b[at + 14] = header.fin ? 1 : 0;
  b[at + 15] = header.segment;
  writeU32(b, at + 24, header.transfer);
  writeU32(b, at + 28, header.record);
}

/** Offset of the token in a data packet. */
export const DATA_TOKEN_OFFSET = 16;

/** Reads a data header; undefined if it breaks the table (unknown flags, segment ≥ 16, too short). */
export function readDataHeader(b: Uint8Array, at: number, available: number): DataHeader | undefined {
  if (available < DATA_HEADER_BYTES) return undefined;
  const flags = b[at + 14]!;
  const segment = b[at + 15]!;
  if (flags > 1 || segment >= SEGMENTS_PER_RECORD) return undefined;
  return {
    epoch: b[at + 1]!,
    lane: readU16(b, at + 2),
    connectionId: readU32(b, at + 4),
    packetNumber: readU48(b, at + 8),
    fin: flags === 1,
    segment,
    transfer: readU32(b, at + 24),
    record: readU32(b, at + 28),
  };
}
