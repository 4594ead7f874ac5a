import { CONTROL_PAYLOAD_BYTES, DATAGRAM_FRAME_OVERHEAD, type DataHeader, FrameType } from '@p2pimg/wire';
import type { SessionEnd, TransferFailure } from '../events.ts';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { type Path, samePath } from '../path.ts';
import type { IncomingTransfer } from '../transfers/incoming-transfer.ts';
import type { OutgoingDescription, OutgoingTransfer } from '../transfers/outgoing-transfer.ts';
import { isOver } from './deadlines.ts';
import { type Establishment, giveBack, makeParts, type SessionIdentity } from './establishment.ts';
import { Farewell } from './farewell.ts';
import { FrameHandler } from './frame-handler.ts';
import type { SessionHost } from './host.ts';
import { Liveness } from './liveness.ts';
import { admitData, openControl } from './packet-opener.ts';
import type { SessionParts } from './parts.ts';
import { SessionLanes } from './session-lanes.ts';
import { SessionTimers } from './session-timers.ts';
import { SessionTransfers } from './session-transfers.ts';
import { type Transmit, Transmitter } from './transmitter.ts';

/** Unreliable messages that may wait for a packet. */
const MAX_WAITING_DATAGRAMS = 256;
export const MAX_DATAGRAM_MESSAGE_BYTES: number = CONTROL_PAYLOAD_BYTES - DATAGRAM_FRAME_OVERHEAD;

export type SessionState = 'handshaking' | 'unconfirmed' | 'established' | 'draining' | 'closed';

/** One session with one peer. Sans-IO: driven by the endpoint, speaks through events and transmits. */
export class Session {
  readonly localId: number;
  readonly remoteKey: Uint8Array;
  readonly initiator: boolean;
  ready = false; // The endpoint's mark: it may have something to send, or another time-out.
  readonly #host: SessionHost;
  #state: SessionState = 'handshaking';
  #version = 0;
  #parts: SessionParts | undefined;
  #transmitter: Transmitter | undefined;
  #frames: FrameHandler | undefined;
  #lanes: SessionLanes | undefined;
  #transfers: SessionTransfers | undefined;
  #liveness: Liveness | undefined;
  #timers: SessionTimers | undefined;
  #farewell: Farewell | undefined;

  constructor(identity: SessionIdentity, host: SessionHost) {
    this.localId = identity.localId;
    this.remoteKey = identity.remoteKey;
    this.initiator = identity.initiator;
    this.#host = host;
  }

  get state(): SessionState {
    return this.#state;
  }

  get path(): Path | undefined {
    return this.#parts?.path;
  }

  /** Of the application's messages; 0 before it is agreed on. New keys do not change it. */
  get version(): number {
    return this.#version;
  }

  /** Smoothed round trip in ms, once measured. */
  get roundTripMs(): number | undefined {
    return this.#parts?.recovery.roundTrip.sampled === true ? this.#parts.recovery.roundTrip.smoothed : undefined;
  }

  /** Its worker lanes, once established. */
  get lanes(): SessionLanes | undefined {
    return this.#lanes;
  }

  /** Keys are there. The initiator may send at once; the responder waits for the first packet that it can open. */
  establish(how: Establishment, now: number): void {
    this.#version = how.version;
    const parts = makeParts(how, this.#host, this.initiator);
    this.#parts = parts;
    this.#transmitter = new Transmitter(parts, this.#host, (number) =>
      this.#host.emit({ type: 'message-acknowledged', session: this, number }),
    );
    this.#transfers = new SessionTransfers(parts);
    this.#lanes = new SessionLanes(this, parts, this.#host);
    this.#frames = new FrameHandler(this, parts, this.#host, this.#lanes);
    this.#liveness = new Liveness(parts.recovery, this.#host.limits.sessionIdleMs, now);
    this.#timers = new SessionTimers(this, parts, this.#host, this.#liveness);
    this.#state = this.initiator ? 'established' : 'unconfirmed';
    if (this.initiator) {
      parts.pingOwed = true;
      this.#timers.keysMade(now);
      this.#host.emit({ type: 'established', session: this });
    }
    this.#host.wake(this);
  }

  /** The peer's name for this session, once established. */
  get remoteId(): number {
    return this.#parts?.remoteId ?? 0;
  }

  /** The number of the epoch that a rekey makes next. */
  get nextEpoch(): number {
    return ((this.#parts?.keys.sending.number ?? 0) + 1) % 256;
  }

  /** Keys of a handshake inside the session. The initiator seals under them at once, the responder when it has heard them. */
  addEpoch(keys: EpochKeys, now: number): void {
    const parts = this.#live();
    parts.keys.add(keys);
    if (!this.initiator) return;
    parts.keys.confirm(keys);
    parts.pingOwed = true;
    this.#timers?.keysMade(now);
    this.#host.wake(this);
  }

  /** The handshake inside the session came to nothing: once more, later. */
  rekeyFailed(now: number): void {
    this.#timers?.rekeyFailed(now);
    this.#host.wake(this);
  }

  /** Queues a reliable message and returns its number; undefined if the queue is full. The bytes are not copied: leave them as they are. */
  sendMessage(bytes: Uint8Array): number | undefined {
    const number = this.#live().outgoingMessages.push(bytes);
    this.#host.wake(this);
    return number;
  }

  /** Queues an unreliable message of at most `MAX_DATAGRAM_MESSAGE_BYTES`; false if it cannot be. */
  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#state !== 'established' || bytes.length > MAX_DATAGRAM_MESSAGE_BYTES) return false;
    const { datagrams } = this.#live();
    if (datagrams.length >= MAX_WAITING_DATAGRAMS) return false;
    datagrams.push(bytes);
    this.#host.wake(this);
    return true;
  }

  sendTransfer(description: OutgoingDescription): OutgoingTransfer {
    return this.#awake(this.#ready().send(description));
  }

  /** Gives up an outgoing transfer. No event follows. */
  cancelTransfer(transfer: OutgoingTransfer, code = 0): void {
    this.#awake(this.#ready().cancel(transfer, code));
  }

  /** Takes the memory for an offered transfer. False, and it is refused, if there is not enough. */
  acceptTransfer(transfer: IncomingTransfer): boolean {
    return this.#awake(this.#ready().accept(transfer));
  }

  /** Refuses or gives up an incoming transfer. No event follows. */
  stopTransfer(transfer: IncomingTransfer, why: TransferFailure): void {
    this.#awake(this.#ready().stop(transfer, why));
  }

  /** The peer has this session still: whatever was taken for silence was slowness. */
  vouch(now: number): void {
    if (this.#state !== 'established') return;
    this.#liveness?.vouched(now);
    this.ping();
  }

  /** Whether the peer owes an acknowledgement for so long that it may have lost the session. */
  isSilent(now: number): boolean {
    return this.#liveness?.isSilent(now) === true;
  }

  ping(): void {
    this.#live().pingOwed = true;
    this.#host.wake(this);
  }

  /** Ends the session; the peer is told. */
  close(reason: SessionEnd, now: number): void {
    if (this.#state === 'draining' || this.#state === 'closed') return;
    const tell = this.#state === 'established' && reason !== 'remote';
    this.#state = tell ? 'draining' : 'closed';
    if (tell) this.#farewell = new Farewell(reason === 'protocol-error' ? 1 : 0, now);
    if (this.#parts !== undefined) giveBack(this.#parts, this.#lanes);
    this.#host.emit({ type: 'closed', session: this, reason });
    this.#host.wake(this);
  }

  /** A control packet of `length` bytes at `at`, whose connection id is ours. */
  receiveControl(b: Uint8Array, at: number, length: number, path: Path, now: number): void {
    const parts = this.#parts;
    if (parts === undefined || this.#state === 'closed') {
      this.#host.drop('wrong-state');
      return;
    }
    const opened = openControl(parts, b, at, length, now);
    if (typeof opened === 'string') {
      this.#host.drop(opened);
      return;
    }
    const { frames, number, lane, epoch, newest } = opened;
    if (this.#state === 'draining') {
      this.#farewell?.repeat();
      this.#host.wake(this);
      return;
    }
    this.#heard(now);
    parts.keys.confirm(epoch);
    if (lane !== 0) this.#lanes?.heard(lane, path, now);
    const moved = lane === 0 && newest && path.socket === 0 && !samePath(path, parts.path);
    this.#frames?.handleAll(frames, { number, path, moved }, now);
    this.#host.wake(this);
  }

  /** A data packet at `at`, whose connection id is ours. Nothing but its token is known to be true. */
  receiveData(header: DataHeader, b: Uint8Array, at: number, now: number): void {
    const parts = this.#parts;
    if (parts === undefined || this.#state !== 'established') {
      this.#host.drop('wrong-state');
      return;
    }
    const epoch = admitData(parts, header, b, at, now);
    if (typeof epoch === 'string') {
      this.#host.drop(epoch);
      return;
    }
    this.#frames?.receiveSegment(header, b, at, epoch, now);
  }

  pollTransmit(now: number, slab: Uint8Array, maxSegments: number): Transmit | undefined {
    const transmitter = this.#transmitter;
    if (transmitter === undefined || this.#parts === undefined) return undefined;
    if (this.#state === 'established') {
      const probe = this.#parts.paths.next();
      if (probe !== undefined) return transmitter.single(probe.frame, probe.path, slab);
      return transmitter.poll(now, slab, maxSegments);
    }
    const farewell = this.#farewell;
    if (this.#state !== 'draining' || farewell?.take() !== true) return undefined;
    return transmitter.single({ type: FrameType.close, code: farewell.code }, this.#parts.path, slab);
  }

  /** When `handleTimeout` wants to be called; infinite if never. */
  nextTimeout(): number {
    const parts = this.#parts;
    if (this.#state === 'draining') return this.#farewell?.until ?? Number.POSITIVE_INFINITY;
    const liveness = this.#liveness;
    if (parts === undefined || liveness === undefined || this.#state === 'closed') return Number.POSITIVE_INFINITY;
    const { limits } = this.#host;
    if (this.#state === 'unconfirmed') {
      return liveness.heardAt + Math.min(limits.sessionIdleMs, limits.handshakeTimeoutMs);
    }
    return Math.min(this.#transmitter!.pacedUntil, this.#timers!.next);
  }

  handleTimeout(now: number): void {
    const parts = this.#parts;
    if (this.#farewell !== undefined && this.#farewell.until <= now) this.#state = 'closed';
    const liveness = this.#liveness;
    if (parts === undefined || liveness === undefined) return;
    if (this.#state === 'closed' || this.#state === 'draining') return;
    const { limits } = this.#host;
    const patience = this.#state === 'unconfirmed' ? limits.handshakeTimeoutMs : limits.sessionIdleMs;
    if (isOver(parts, liveness, patience, now)) {
      this.close('idle', now);
      return;
    }
    if (this.#state === 'unconfirmed') return;
    this.#timers?.fire(now);
    this.#host.wake(this);
  }

  /** Announces waiting transfers as far as there is room. */
  startTransfers(): void {
    this.#awake(this.#ready().start());
  }

  #heard(now: number): void {
    this.#liveness?.heard(now);
    if (this.#state !== 'unconfirmed') return;
    this.#state = 'established';
    this.#host.emit({ type: 'incoming', session: this });
  }

  #ready(): SessionTransfers {
    return this.#transfers ?? notEstablished();
  }

  #live(): SessionParts {
    return this.#parts ?? notEstablished();
  }

  /** Lets the endpoint see that there is something to send. */
  #awake<T>(result: T): T {
    this.#host.wake(this);
    return result;
  }
}

function notEstablished(): never {
  throw new Error('the session is not established');
}
