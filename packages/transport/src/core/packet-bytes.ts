import {
  COOKIE_REPLY_BYTES,
  controlLength,
  HANDSHAKE_INIT_BYTES,
  HANDSHAKE_RESPONSE_BYTES,
  MAX_DATAGRAM_BYTES,
  PacketType,
  packetType,
} from '@p2pimg/wire';

/**
 * Length of the first packet in a receive of `available` bytes that may be several datagrams merged by the kernel:
 * data packets and handshakes have fixed sizes, control packets say theirs. What cannot be told goes as a whole.
 */
export function packetBytes(b: Uint8Array, at: number, available: number): number {
  switch (packetType(b, at)) {
    case PacketType.data:
      return Math.min(available, MAX_DATAGRAM_BYTES);
    case PacketType.control:
      return controlLength(b, at, available) ?? available;
    case PacketType.handshakeInit:
      return merged(available, HANDSHAKE_INIT_BYTES);
    case PacketType.handshakeResponse:
      return merged(available, HANDSHAKE_RESPONSE_BYTES);
    case PacketType.cookieReply:
      return merged(available, COOKIE_REPLY_BYTES);
    case undefined:
      return available;
  }
}

/** Handshakes are merged with their like only; what is no multiple of the size is none, and shall cost nothing. */
const merged = (available: number, size: number): number => (available % size === 0 ? size : available);
