/**
 * What a program sees of the transport: one UDP parent port, encrypted sessions, messages, transfers and worker lanes.
 *
 * Everything here is implemented once, over the sans-IO core, and is the same for servers and clients.
 */

import type { VersionRange } from '@p2pimg/wire';
import type { SessionEnd } from '../core/events.ts';

/** An IPv4 or IPv6 literal and a UDP port (1 … 65,535). Never a host name. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Raw X25519 keys, 32 bytes each (RFC 7748). */
export interface StaticKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Whom to let in: refused, or admitted with the pre-shared keys (32 bytes; at most two) that may be tried in turn. */
export type Admission =
  | { readonly admit: false }
  | { readonly admit: true; readonly preSharedKeys?: readonly Uint8Array[] };

/** What a bulk transfer carries; the receiver decides by it, and by the transfer id, whether it was asked for. */
export type TransferPurpose = 'upload' | 'result' | 'answer' | 'image';

export interface TransportLimits {
  /** Sessions in all, both ways (default 10,000). Past it a session that is opened here closes with `too-many-sessions`. */
  readonly maxSessions: number;
  /**
   * Incoming sessions from one address, or from one IPv6 /64 (default 1,024); fewer when the table fills up: at most an
   * eighth of what is free, but always 8.
   */
  readonly maxSessionsPerAddress: number;
  /** Worker lanes in all (default 256) and per session (default 16). */
  readonly maxLanes: number;
  readonly maxLanesPerSession: number;
  /** A lane without traffic is freed after this (default 10,000 ms). */
  readonly laneIdleMs: number;
  /** Open transfers per session and direction (default 64). */
  readonly maxTransfersPerSession: number;
  /** Bytes held for reassembly in all (default 512 MiB) and per session (default 80 MiB). */
  readonly maxReassemblyBytes: number;
  readonly maxReassemblyBytesPerSession: number;
  /** The longest message (default 64 KiB); longer application data is a transfer. */
  readonly maxMessageBytes: number;
  /**
   * Bytes of messages that wait to be sent or acknowledged, and of those that are not whole yet, each: in all (default
   * 128 MiB) and per session (default 4 MiB; fewer when memory runs short: at most an eighth of what is free, but always
   * an equal part of half of all, that is 6.5 KiB, or two messages if that is less). Past it `sendMessage` rejects with
   * `SendQueueFullError`, and messages of several packets that come in wait with their sender.
   */
  readonly maxMessageMemoryBytes: number;
  readonly maxMessageMemoryBytesPerSession: number;
  /** A session without any opened packet for this long is dead (default 30,000 ms); kept alive by pings when it has lanes or unacknowledged data. */
  readonly sessionIdleMs: number;
  /** Give up a handshake after this (default 5,000 ms). */
  readonly handshakeTimeoutMs: number;
}

export interface TransportOptions {
  readonly keys: StaticKeys;
  /** Parent port; port 0 takes a free one. */
  readonly bind: Address;
  /** Asked once per incoming handshake, after its static key was opened and before any state is kept. */
  readonly admit: (publicKey: Uint8Array, from: Address) => Admission;
  /** An incoming session is established. Handlers must be attached before this returns. */
  readonly onSession: (session: Session) => void;
  readonly limits?: Partial<TransportLimits>;
  /** Of the application's messages that this side speaks (default: wire's `MESSAGE_VERSIONS`). */
  readonly versions?: VersionRange;
  /** Somebody who is let in speaks no version that this side speaks; no session comes of it. */
  readonly onIncompatible?: (publicKey: Uint8Array, from: Address, theirs: VersionRange) => void;
  /** Default `auto`: UDP offload where the platform gives it, else plain sockets. */
  readonly driver?: 'auto' | 'dgram' | 'offload';
}

export interface Transport {
  /** The bound parent port. */
  readonly address: Address;
  /** Opens a session to a peer whose static key is known. Returns at once; `session.opened` tells. */
  connect(target: ConnectTarget): Session;
  /** Deaf and mute while true: nothing is read from, or written to, any socket (failure simulation). */
  setSilent(silent: boolean): void;
  stats(): TransportStats;
  /** Closes sessions and sockets; resolves when all ports are freed. */
  close(): Promise<void>;
}

export interface ConnectTarget {
  readonly address: Address;
  readonly publicKey: Uint8Array;
  readonly preSharedKey?: Uint8Array;
  /**
   * A session of this transport with the same peer that may be lost. Only if the peer does not have it any more (it has started
   * again) does a new one open, and take its place there; else `opened` rejects with the reason `still-open`.
   */
  readonly replaces?: Session;
}

export interface SessionHandlers {
  /**
   * A message arrived (whole, once per send; order between messages is not promised). It is the program's to keep; up to 1,024 bytes share an
   * `ArrayBuffer` with other messages, as small Buffers of Node do: give a copy to another thread.
   */
  readonly onMessage?: (bytes: Uint8Array) => void;
  /** The peer offers a transfer. Call `accept` or `refuse` before returning, or it is refused. */
  readonly onTransfer?: (transfer: IncomingTransfer) => void;
  /** The peer offered a worker port and this side has opened its own for it. Without this handler offers are refused. */
  readonly onLane?: (lane: Lane) => void;
  readonly onClose?: (reason: CloseReason) => void;
}

/** Why a session has ended. */
export type CloseReason = SessionEnd;

export interface Session {
  /** The peer's static key: its identity. */
  readonly remoteKey: Uint8Array;
  readonly remoteAddress: Address;
  readonly initiator: boolean;
  /** Of the application's messages: the highest that both sides speak; 0 before the session is established. */
  readonly version: number;
  /** Smoothed round trip in ms; undefined before the first sample. */
  readonly roundTripMs: number | undefined;
  /** Resolves when established; rejects with `SessionClosedError`. */
  readonly opened: Promise<void>;
  setHandlers(handlers: SessionHandlers): void;
  /** Sends reliably. Resolves when the peer's transport has it all; rejects with `SessionClosedError`, `MessageTooLargeError` or `SendQueueFullError`. */
  sendMessage(bytes: Uint8Array): Promise<void>;
  /** The same, for who does not ask how it ended: `settled` is called when it has, either way. Without promises, for what is sent all the time. */
  tell(bytes: Uint8Array, settled?: () => void): void;
  /** Sends once, unreliably, in one datagram (at most `MAX_DATAGRAM_MESSAGE_BYTES`); false when not established or too long. */
  sendDatagram(bytes: Uint8Array): boolean;
  /** Opens a worker port here and offers it to the peer; resolves when the peer has proven to reach it. Rejects with `LaneRefusedError` past the caps. */
  openLane(): Promise<Lane>;
  /** Sends bytes as one transfer, on the parent port or on a lane. */
  sendTransfer(request: TransferRequest): OutgoingTransfer;
  close(): void;
}

/** A worker port on each side, inside a session. */
export interface Lane {
  /** The same number on both sides; unique in the session. */
  readonly id: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly closed: Promise<void>;
  /** Sends the termination signal and frees both ports. Idempotent. */
  close(): void;
}

export interface TransferRequest {
  /** 16 bytes: the id of the request that this transfer belongs to. */
  readonly id: Uint8Array;
  readonly purpose: TransferPurpose;
  readonly bytes: Uint8Array;
  readonly lane?: Lane;
  readonly onProgress?: (acknowledgedBytes: number) => void;
}

export interface OutgoingTransfer {
  /** Resolves when the peer has acknowledged all bytes; rejects with `TransferRefusedError`, `TransferResetError` or `SessionClosedError`. */
  readonly done: Promise<void>;
  cancel(): void;
}

export interface IncomingTransfer {
  readonly id: Uint8Array;
  readonly purpose: TransferPurpose;
  readonly size: number;
  readonly lane: Lane | undefined;
  /** Takes the transfer; resolves with all bytes. Rejects with `TransferResetError` or `SessionClosedError`. */
  accept(onProgress?: (receivedBytes: number) => void): Promise<Uint8Array>;
  refuse(): void;
}

/** Totals since the start. */
export interface TransportStats {
  readonly sessions: number;
  readonly lanes: number;
  readonly datagramsSent: number;
  readonly datagramsReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly retransmitted: number;
  /** Of the retransmitted: those whose first sending arrived after all. */
  readonly spurious: number;
  /** Datagrams dropped, by the reason's name. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** A session that is kept up: reconnects with backoff until closed. */
export interface Link {
  readonly publicKey: Uint8Array;
  /** The established session, or undefined while down. */
  readonly session: Session | undefined;
  close(): void;
}

export interface LinkOptions extends Omit<ConnectTarget, 'replaces'> {
  /** Called on each new established session; attach handlers here. */
  readonly onUp: (session: Session) => void;
  readonly onDown?: (reason: CloseReason) => void;
  /** A quiet link asks this often whether its peer still knows the session (default 5,000). */
  readonly pingMs?: number;
  /** Reconnect delay: doubled from `minBackoffMs` (default 50) to `maxBackoffMs` (default 1,000), with jitter. */
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
}
