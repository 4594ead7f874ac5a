/** Numbers of the packet format, version 1. They are frozen: docs/protocol/packets.md is their table. */

import { MAX_DATAGRAM_BYTES } from '../limits.ts';

export const PROTOCOL_VERSION = 1;

/** The low four bits of a packet's first byte; the high four are the version. */
export const PacketType = {
  handshakeInit: 1,
  handshakeResponse: 2,
  cookieReply: 3,
  control: 4,
  data: 5,
} as const;
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** Length of the tag of AES-256-GCM. */
export const TAG_BYTES = 16;

export const CONTROL_HEADER_BYTES = 16;
/** Room for frames in one control packet. */
export const CONTROL_PAYLOAD_BYTES: number = MAX_DATAGRAM_BYTES - CONTROL_HEADER_BYTES - TAG_BYTES;

/** Frames in one control packet have at least the size of a path challenge, PADDING included: no answer to one is longer than it. */
export const MIN_CONTROL_PAYLOAD_BYTES = 9;

export const DATA_HEADER_BYTES = 32;
export const TOKEN_BYTES = 8;
/** Ciphertext in one data packet. Each data packet is exactly `MAX_DATAGRAM_BYTES` long; the last segment of a record is padded with zeros. */
export const SEGMENT_BYTES: number = MAX_DATAGRAM_BYTES - DATA_HEADER_BYTES;
export const SEGMENTS_PER_RECORD = 16;
/** Plaintext of a full record. */
export const RECORD_BYTES: number = SEGMENT_BYTES * SEGMENTS_PER_RECORD - TAG_BYTES;

/** Packet numbers are 48 bits; a session ends long before. */
export const MAX_PACKET_NUMBER: number = 2 ** 48 - 1;
/** Ranges in one ACK frame. */
export const MAX_ACK_RANGES = 32;
export const TRANSFER_ID_BYTES = 16;
