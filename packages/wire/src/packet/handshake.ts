import type { VersionRange } from '../messages/versions.ts';
import { PacketType } from './constants.ts';
import { firstByte } from './headers.ts';
import { readU32, writeU32 } from './integers.ts';

/** Fixed offsets and sizes of the three handshake packets (docs/protocol/handshake.md). */
export const HANDSHAKE_INIT_BYTES = 168;
export const HANDSHAKE_RESPONSE_BYTES = 104;
export const COOKIE_REPLY_BYTES = 52;
export const MAC_BYTES = 16;

export const INIT = { prologueEnd: 8, noise: 8, noiseEnd: 136, mac1: 136, mac2: 152, payloadBytes: 32 } as const;
export const RESPONSE = { noise: 8, noiseEnd: 72, mac1: 72, mac2: 88, payloadBytes: 16 } as const;
export const COOKIE = { nonce: 8, nonceBytes: 12, sealed: 20, cookieBytes: 16 } as const;

export const HandshakePattern = { ik: 0, ikPsk2: 1 } as const;
export type HandshakePattern = (typeof HandshakePattern)[keyof typeof HandshakePattern];

/** `known`: the session that was to be replaced lives, and no other was made. */
export const HandshakeStatus = { accepted: 0, refused: 1, full: 2, known: 3 } as const;
export type HandshakeStatus = (typeof HandshakeStatus)[keyof typeof HandshakeStatus];

/** Sealed inside message 1. No request travels here: message 1 can be replayed to a responder that has forgotten it. */
export interface InitPayload {
  /** Microseconds, only ever rising for one static key (at most 2^53 − 1). */
  readonly timestamp: number;
  /** The responder's connection id of the session to rekey, or 0 for a new session. */
  readonly continues: number;
  /** Number of the key epoch that this handshake makes, modulo 256. */
  readonly epoch: number;
  /** Bytes that the sender's receive buffer holds; the peer keeps no more in flight. */
  readonly receiveBuffer: number;
  /** The responder's connection id of a session that a new one is to replace unless the responder still has it; 0 if there is none. */
  readonly replaces: number;
  /** Of the JSON messages that the sender speaks. */
  readonly versions: VersionRange;
}

export interface ResponsePayload {
  readonly connectionId: number;
  readonly status: HandshakeStatus;
  readonly epoch: number;
  readonly receiveBuffer: number;
  readonly versions: VersionRange;
}

export function writeInitHeader(b: Uint8Array, pattern: HandshakePattern, connectionId: number): void {
  b[0] = firstByte(PacketType.handshakeInit);
  b[1] = pattern;
  b[2] = 0;
  b[3] = 0;
  writeU32(b, 4, connectionId);
}

/** Pattern and sender's connection id; undefined if a reserved byte is set or the pattern is unknown. */
export function readInitHeader(
  b: Uint8Array,
): { readonly pattern: HandshakePattern; readonly connectionId: number } | undefined {
  const pattern = b[1]!;
  if (b[2] !== 0 || b[3] !== 0 || (pattern !== HandshakePattern.ik && pattern !== HandshakePattern.ikPsk2)) {
    return undefined;
  }
  return { pattern, connectionId: readU32(b, 4) };
}

/** Header of a response (type 2) or a cookie reply (type 3): three reserved bytes and the receiver's connection id. */
export function writeReplyHeader(
  b: Uint8Array,
  type: typeof PacketType.handshakeResponse | typeof PacketType.cookieReply,
  receiverId: number,
): void {
  b[0] = firstByte(type);
  b[1] = 0;
  b[2] = 0;
  b[3] = 0;
  writeU32(b, 4, receiverId);
}

/** The receiver's connection id; undefined if a reserved byte is set. */
export function readReplyHeader(b: Uint8Array): number | undefined {
  return b[1] === 0 && b[2] === 0 && b[3] === 0 ? readU32(b, 4) : undefined;
}

export function encodeInitPayload(payload: InitPayload): Uint8Array {
  const b = new Uint8Array(INIT.payloadBytes);
  writeU32(b, 0, Math.floor(payload.timestamp / 0x1_0000_0000));
  writeU32(b, 4, payload.timestamp % 0x1_0000_0000);
  writeU32(b, 8, payload.continues);
  b[12] = payload.epoch;
  writeVersions(b, 13, payload.versions);
  writeU32(b, 16, payload.receiveBuffer);
  writeU32(b, 20, payload.replaces);
  return b;
}

/** Undefined if the timestamp is no safe integer or the versions are no range. Reserved bytes are ignored: later versions of the payload may use them. */
export function decodeInitPayload(b: Uint8Array): InitPayload | undefined {
  const timestamp = readU32(b, 0) * 0x1_0000_0000 + readU32(b, 4);
  const versions = readVersions(b, 13);
  if (b.length !== INIT.payloadBytes || !Number.isSafeInteger(timestamp) || versions === undefined) return undefined;
  return {
    timestamp,
    continues: readU32(b, 8),
    epoch: b[12]!,
    receiveBuffer: readU32(b, 16),
    replaces: readU32(b, 20),
    versions,
  };
}

export function encodeResponsePayload(payload: ResponsePayload): Uint8Array {
  const b = new Uint8Array(RESPONSE.payloadBytes);
  writeU32(b, 0, payload.connectionId);
  b[4] = payload.status;
  b[5] = payload.epoch;
  writeVersions(b, 6, payload.versions);
  writeU32(b, 8, payload.receiveBuffer);
  return b;
}

/** Undefined if the status is unknown or the versions are no range. */
export function decodeResponsePayload(b: Uint8Array): ResponsePayload | undefined {
  const status = b[4]!;
  const versions = readVersions(b, 6);
  if (b.length !== RESPONSE.payloadBytes || status > HandshakeStatus.known || versions === undefined) return undefined;
  return {
    connectionId: readU32(b, 0),
    status: status as HandshakeStatus,
    epoch: b[5]!,
    receiveBuffer: readU32(b, 8),
    versions,
  };
}

/** Each less 1: programs older than these fields wrote zeros, and spoke version 1. */
function writeVersions(b: Uint8Array, at: number, { lowest, highest }: VersionRange): void {
  b[at] = lowest - 1;
  b[at + 1] = highest - 1;
}

function readVersions(b: Uint8Array, at: number): VersionRange | undefined {
  const [lowest, highest] = [b[at]! + 1, b[at + 1]! + 1];
  return lowest <= highest ? { lowest, highest } : undefined;
}
