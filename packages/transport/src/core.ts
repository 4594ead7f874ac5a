/** The sans-IO core by itself, with all that it takes and gives: `@p2pimg/transport/core`. */

export type { Aead, CryptoSuite, DhKeyPair, RandomBytes } from './core/crypto-suite.ts';
export { Endpoint } from './core/endpoint.ts';
export type { EndpointAdmission, EndpointConfig, EndpointTarget } from './core/endpoint-config.ts';
export type { EndpointEvent, SessionEnd, TransferFailure } from './core/events.ts';
export type { EpochKeys } from './core/keys/epoch-keys.ts';
export type { LaneState } from './core/lanes/lane-table.ts';
export { type EndpointLimits, InvalidLimitError, resolveLimits } from './core/limits.ts';
export { packetBytes } from './core/packet-bytes.ts';
export type { Path } from './core/path.ts';
export { Bbr } from './core/recovery/bbr.ts';
export type { AckSample, CongestionController } from './core/recovery/congestion.ts';
export { Cubic } from './core/recovery/cubic.ts';
export type { PacketOwner } from './core/recovery/sent-packets.ts';
export type { Establishment } from './core/session/establishment.ts';
export type { DropReason } from './core/session/host.ts';
export { MAX_DATAGRAM_MESSAGE_BYTES, type Session, type SessionState } from './core/session/session.ts';
export type { SessionLanes } from './core/session/session-lanes.ts';
export type { Transmit } from './core/session/transmitter.ts';
export type { IncomingTransfer, SegmentResult } from './core/transfers/incoming-transfer.ts';
export type { OutgoingDescription, OutgoingTransfer } from './core/transfers/outgoing-transfer.ts';
