export type { Aead, CryptoSuite, DhKeyPair, RandomBytes } from './core/crypto-suite.ts';
export { Endpoint, packetBytes } from './core/endpoint.ts';
export type { EndpointAdmission, EndpointConfig, EndpointTarget } from './core/endpoint-config.ts';
export type { EndpointEvent, SessionEnd, TransferFailure } from './core/events.ts';
export { type EndpointLimits, InvalidLimitError, resolveLimits } from './core/limits.ts';
export type { Path } from './core/path.ts';
export { Bbr } from './core/recovery/bbr.ts';
export type { AckSample, CongestionController } from './core/recovery/congestion.ts';
export { Cubic } from './core/recovery/cubic.ts';
export { MAX_DATAGRAM_MESSAGE_BYTES } from './core/session/session.ts';
export type { Transmit } from './core/session/transmitter.ts';
export {
  InvalidTransportOptionError,
  LaneRefusedError,
  MessageTooLargeError,
  SendQueueFullError,
  SessionClosedError,
  TransferRefusedError,
  TransferResetError,
} from './io/errors.ts';
export type {
  Address,
  Admission,
  CloseReason,
  ConnectTarget,
  IncomingTransfer,
  Lane,
  Link,
  LinkOptions,
  OutgoingTransfer,
  Session,
  SessionHandlers,
  StaticKeys,
  TransferPurpose,
  TransferRequest,
  Transport,
  TransportLimits,
  TransportOptions,
  TransportStats,
} from './io/interface.ts';
export { openLink } from './io/link.ts';
export { type ProbeResult, probePort } from './io/probe.ts';
export { openTransport } from './io/transport.ts';
export { nodeCryptoSuite } from './node/crypto-suite.ts';
