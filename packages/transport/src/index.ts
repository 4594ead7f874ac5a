export type { Aead, CryptoSuite, DhKeyPair, RandomBytes } from './core/crypto-suite.ts';
export { InvalidLimitError } from './core/limits.ts';
export { MAX_DATAGRAM_MESSAGE_BYTES } from './core/session/session.ts';
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
