import {
  CONTROL_HEADER_BYTES,
  CONTROL_PAYLOAD_BYTES,
  DATA_TOKEN_OFFSET,
  DATAGRAM_FRAME_OVERHEAD,
  type DataHeader,
  epochAt,
  type Frame,
  FrameType,
  laneAt,
  MalformedFrameError,
  packetNumberAt,
  readFrames,
  TAG_BYTES,
} from '@p2pimg/wire';
import { ProtocolViolation } from '../errors.ts';
import type { SessionEnd, TransferFailure } from '../events.ts';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { KeyRing, REKEY_AFTER_MS } from '../keys/key-ring.ts';
import { controlNonce } from '../keys/nonces.ts';
import { LaneTable } from '../lanes/lane-table.ts';
import { IncomingMessages } from '../messages/incoming-messages.ts';
import { OutgoingMessages } from '../messages/outgoing-messages.ts';
import { type Path, samePath } from '../path.ts';
import { ReceivedPackets } from '../recovery/received-packets.ts';
import { Recovery } from '../recovery/recovery.ts';
import { MAX_TRACKED_PACKETS } from '../recovery/sent-packets.ts';
import { ReplayWindow } from '../replay-window.ts';
import type { IncomingTransfer } from '../transfers/incoming-transfer.ts';
import { IncomingTransfers, MemoryBudget } from '../transfers/incoming-transfers.ts';
import type { OutgoingDescription, OutgoingTransfer } from '../transfers/outgoing-transfer.ts';
import { OutgoingTransfers } from '../transfers/outgoing-transfers.ts';
import { STOP_CODES } from '../transfers/stop-codes.ts';
import { ControlQueue } from './control-queue.ts';
import { FrameHandler } from './frame-handler.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import { PathValidation } from './path-validation.ts';
import { SessionLanes } from './session-lanes.ts';
import { type Transmit, Transmitter } from './transmitter.ts';

/** Unreliable messages that may wait for a packet. */
const MAX_WAITING_DATAGRAMS = 256;
/** Control frames that may wait for a packet; past it the peer asks without taking the answers. */
const MAX_WAITING_FRAMES = 4_096;
/** Silence, with something unacknowledged, after which the peer may have lost the session. */
const UNRESPONSIVE_MS = 300;
/** All has arrived, nothing is in flight, and the peer does not say that it opened it. */
const STALL_MS = 1_000;
/** A closed session repeats its last word for this long, so many times at most. */
const DRAIN_MS = 500;
const MAX_LAST_WORDS = 5;

export const MAX_DATAGRAM_MESSAGE_BYTES: number = CONTROL_PAYLOAD_BYTES - DATAGRAM_FRAME_OVERHEAD;

export interface SessionIdentity {
  readonly localId: number;
  readonly remoteKey: Uint8Array;
  readonly initiator: boolean;
}

/** What a finished handshake hands over. */
export interface Establishment {
  readonly keys: EpochKeys;
  readonly remoteId: number;
  readonly path: Path;
  readonly roundTripMs: number;
  /** What the peer's receive buffer holds, in bytes. */
  readonly peerBuffer: number;
  /** Of the application's messages: the highest that both speak. */
  readonly version: number;
}

export type SessionState = 'handshaking' | 'unconfirmed' | 'established' | 'draining' | 'closed';

/** One session with one peer. Sans-IO: driven by the endpoint, speaks through events and transmits. */
export class Session {
  readonly localId: number;
  readonly remoteKey: Uint8Array;
  readonly initiator: boolean;
  readonly #host: SessionHost;
  #state: SessionState = 'handshaking';
  #version = 0;
  #parts: SessionParts | undefined;
  #transmitter: Transmitter | undefined;
  #frames: FrameHandler | undefined;
  #lanes: SessionLanes | undefined;
  #heardAt = 0;
  #pingedAt = 0;
  /** Beginning of the last silence that was reported. */
  #silenceReported = -1;
  /** When the peer last said, in another handshake, that it has this session. */
  #vouchedAt = Number.NEGATIVE_INFINITY;
  #drainUntil = 0;
  #lastWords = 0;
  #lastWordOwed = false;
  #endCode = 0;
  /** When the initiator asks for new keys; infinite while it does. */
  #rekeyAt = Number.POSITIVE_INFINITY;

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
    const { limits } = this.#host;
    this.#version = how.version;
    const lanes = new LaneTable(this.initiator);
    const parts: SessionParts = {
      keys: new KeyRing(how.keys),
      recovery: new Recovery(this.#host.congestion(), how.roundTripMs, how.peerBuffer),
      received: new ReceivedPackets(),
      replay: new ReplayWindow(MAX_TRACKED_PACKETS),
      queue: new ControlQueue((lane) => lane === 0 || lanes.get(lane) !== undefined),
      outgoingMessages: new OutgoingMessages(this.#host.messagesOut),
      incomingMessages: new IncomingMessages(limits.maxMessageBytes, this.#host.messagesIn),
      datagrams: [],
      outgoing: new OutgoingTransfers(limits.maxTransfersPerSession),
      incoming: new IncomingTransfers(this.#host.reassembly, new MemoryBudget(limits.maxReassemblyBytesPerSession)),
      dirty: new Set(),
      lanes,
      remoteId: how.remoteId,
      path: how.path,
      paths: new PathValidation(this.#host.random, this.#host.suite.equal),
      pingOwed: false,
    };
    this.#parts = parts;
    this.#transmitter = new Transmitter(parts, this.#host, (number) =>
      this.#host.emit({ type: 'message-acknowledged', session: this, number }),
    );
    this.#lanes = new SessionLanes(this, parts, this.#host);
    this.#frames = new FrameHandler(this, parts, this.#host, this.#lanes);
    this.#heardAt = now;
    this.#pingedAt = now;
    this.#state = this.initiator ? 'established' : 'unconfirmed';
    if (this.initiator) {
      parts.pingOwed = true;
      this.#rekeyAt = now + REKEY_AFTER_MS;
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
    this.#rekeyAt = now + REKEY_AFTER_MS;
    this.#host.wake(this);
  }

  /** The handshake inside the session came to nothing: once more, later. */
  rekeyFailed(now: number): void {
    this.#rekeyAt = now + this.#host.limits.handshakeTimeoutMs;
    this.#host.wake(this);
  }

  // ---- what the driver asks for

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
    const transfer = this.#live().outgoing.add(description);
    this.startTransfers();
    return transfer;
  }

  /** Gives up an outgoing transfer. No event follows. */
  cancelTransfer(transfer: OutgoingTransfer, code = 0): void {
    const { outgoing, queue } = this.#live();
    const announced = outgoing.isOpen(transfer);
    if (!outgoing.remove(transfer)) return;
    if (announced) queue.push({ type: FrameType.transferReset, transfer: transfer.number, code });
    this.startTransfers();
  }

  /** Takes the memory for an offered transfer. False, and it is refused, if there is not enough. */
  acceptTransfer(transfer: IncomingTransfer): boolean {
    const { incoming, dirty } = this.#live();
    if (!incoming.accept(transfer)) {
      this.stopTransfer(transfer, 'too-large');
      return false;
    }
    dirty.add(transfer);
    this.#host.wake(this);
    return true;
  }

  /** Refuses or gives up an incoming transfer. No event follows. */
  stopTransfer(transfer: IncomingTransfer, why: TransferFailure): void {
    const { incoming, queue, dirty } = this.#live();
    if (!incoming.remove(transfer)) return;
    dirty.delete(transfer);
    queue.push({ type: FrameType.transferStop, transfer: transfer.number, code: STOP_CODES.indexOf(why) });
    this.#host.wake(this);
  }

  /** The peer has this session still: whatever was taken for silence was slowness. */
  vouch(now: number): void {
    if (this.#state !== 'established') return;
    this.#vouchedAt = now;
    this.ping();
  }

  /** Whether the peer owes an acknowledgement for so long that it may have lost the session. */
  isSilent(now: number): boolean {
    return this.#parts !== undefined && now >= this.#silentAt(this.#parts);
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
    this.#drainUntil = now + DRAIN_MS;
    this.#lastWordOwed = tell;
    this.#endCode = reason === 'protocol-error' ? 1 : 0;
    this.#release();
    this.#host.emit({ type: 'closed', session: this, reason });
    this.#host.wake(this);
  }

  // ---- what the endpoint drives

  /** A control packet of `length` bytes at `at`, whose connection id is ours. */
  receiveControl(b: Uint8Array, at: number, length: number, path: Path, now: number): void {
    const parts = this.#parts;
    if (parts === undefined || this.#state === 'closed') {
      this.#host.drop('wrong-state');
      return;
    }
    const epoch = parts.keys.find(epochAt(b, at), now);
    if (epoch === undefined) {
      this.#host.drop('unknown-epoch');
      return;
    }
    const lane = laneAt(b, at);
    if (lane !== 0 && parts.lanes.get(lane) === undefined) {
      this.#host.drop('unknown-lane');
      return;
    }
    const number = packetNumberAt(b, at);
    if (!parts.replay.isFresh(number)) {
      this.#host.drop('replay');
      return;
    }
    const body = at + CONTROL_HEADER_BYTES;
    const tagAt = at + length - TAG_BYTES;
    const plaintext = epoch.receive
      .control(lane)
      .open(controlNonce(number), b.subarray(at, body), b.subarray(body, tagAt), b.subarray(tagAt, at + length));
    if (plaintext === undefined) {
      this.#host.drop('seal');
      return;
    }
    const newest = number > parts.replay.highest;
    parts.replay.mark(number);
    if (this.#state === 'draining') {
      this.#lastWordOwed = this.#lastWords < MAX_LAST_WORDS;
      this.#host.wake(this);
      return;
    }
    this.#heard(now);
    parts.keys.confirm(epoch);
    if (lane !== 0) this.#lanes?.heard(lane, path, now);
    const moved = lane === 0 && newest && path.socket === 0 && !samePath(path, parts.path);
    this.#dispatch(plaintext, number, path, moved, now);
  }

  /** A data packet at `at`, whose connection id is ours. Nothing but its token is known to be true. */
  receiveData(header: DataHeader, b: Uint8Array, at: number, now: number): void {
    const parts = this.#parts;
    if (parts === undefined || this.#state !== 'established') {
      this.#host.drop('wrong-state');
      return;
    }
    const epoch = parts.keys.find(header.epoch, now);
    if (epoch === undefined) {
      this.#host.drop('unknown-epoch');
      return;
    }
    const number = header.packetNumber;
    if (number > parts.replay.highest + MAX_TRACKED_PACKETS) {
      this.#host.drop('too-far-ahead');
      return;
    }
    if (!parts.replay.isFresh(number)) {
      this.#host.drop('replay');
      return;
    }
    if (!epoch.receive.tokens.matches(number, b, at + DATA_TOKEN_OFFSET)) {
      this.#host.drop('token');
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
    if (this.#state !== 'draining' || !this.#lastWordOwed) return undefined;
    this.#lastWordOwed = false;
    this.#lastWords++;
    return transmitter.single({ type: FrameType.close, code: this.#endCode }, this.#parts.path, slab);
  }

  /** When `handleTimeout` wants to be called; infinite if never. */
  nextTimeout(): number {
    const parts = this.#parts;
    if (this.#state === 'draining') return this.#drainUntil;
    if (parts === undefined || this.#state === 'closed') return Number.POSITIVE_INFINITY;
    let at = this.#heardAt + this.#host.limits.sessionIdleMs;
    if (this.#state === 'unconfirmed') return Math.min(at, this.#heardAt + this.#host.limits.handshakeTimeoutMs);
    at = Math.min(
      at,
      this.#rekeyAt,
      parts.keys.expiresAt,
      parts.received.deadline,
      parts.recovery.timeout,
      parts.recovery.owedSince + this.#host.limits.sessionIdleMs,
      stalledAt(parts),
      this.#silenceReported === this.#silentSince(parts) ? Number.POSITIVE_INFINITY : this.#silentAt(parts),
      this.#transmitter!.pacedUntil,
    );
    if (this.#hasDuties(parts)) at = Math.min(at, this.#keepAliveAt());
    for (const lane of parts.lanes.all()) at = Math.min(at, lane.usedAt + this.#host.limits.laneIdleMs);
    return at;
  }

  handleTimeout(now: number): void {
    const parts = this.#parts;
    if (this.#state === 'draining' && this.#drainUntil <= now) this.#state = 'closed';
    if (parts === undefined || this.#state === 'closed' || this.#state === 'draining') return;
    const { limits } = this.#host;
    const patience = this.#state === 'unconfirmed' ? limits.handshakeTimeoutMs : limits.sessionIdleMs;
    if (this.#heardAt + patience <= now || parts.recovery.owedSince + patience <= now || !parts.keys.expire(now)) {
      this.close('idle', now);
      return;
    }
    if (this.#state === 'unconfirmed') return;
    if (this.#rekeyAt <= now) {
      this.#rekeyAt = Number.POSITIVE_INFINITY;
      this.#host.rekey(this);
    }
    parts.recovery.onTimeout(now);
    this.#reviveStalled(parts, now);
    this.#noticeSilence(parts, now);
    if (this.#hasDuties(parts) && this.#keepAliveAt() <= now) {
      this.#pingedAt = now;
      parts.pingOwed = true;
    }
    for (const lane of [...parts.lanes.all()]) {
      if (lane.usedAt + limits.laneIdleMs <= now) this.#lanes?.close(lane.id);
    }
    this.#host.wake(this);
  }

  /** Announces waiting transfers as far as there is room. */
  startTransfers(): void {
    const { outgoing, queue, lanes } = this.#live();
    for (let transfer = outgoing.start(); transfer !== undefined; transfer = outgoing.start()) {
      if (lanes.get(transfer.lane) === undefined) transfer.leaveLane();
      queue.push(transfer.openFrame, transfer.lane);
    }
    this.#host.wake(this);
  }

  /** `moved`: it is the newest packet, and not from where the peer was. */
  #dispatch(plaintext: Uint8Array, number: number, path: Path, moved: boolean, now: number): void {
    try {
      const frames = readFrames(plaintext);
      // More would only make us look through what is in flight again and again.
      if (frames.filter(isAck).length > 1) throw new ProtocolViolation('acknowledgements');
      this.#parts!.received.add(number, frames.some(isEliciting), frames.some(isUrgent), this.#roundTrip, now);
      // A challenge gets an answer: with one of ours it would get twice what it is.
      if (moved && !frames.some(isChallenge)) this.#parts!.paths.suspect(path, now);
      for (const frame of frames) {
        this.#frames!.handle(frame, path, now);
        // A frame may have ended the session.
        if (this.#state !== 'established') return;
        if (this.#parts!.queue.size > MAX_WAITING_FRAMES) throw new ProtocolViolation('unanswered frames');
      }
      if (this.#parts!.recovery.isIgnored) throw new ProtocolViolation('nothing acknowledged');
    } catch (error) {
      if (!(error instanceof ProtocolViolation) && !(error instanceof MalformedFrameError)) throw error;
      this.close('protocol-error', now);
    }
    this.#host.wake(this);
  }

  #heard(now: number): void {
    this.#heardAt = now;
    if (this.#state !== 'unconfirmed') return;
    this.#state = 'established';
    this.#host.emit({ type: 'incoming', session: this });
  }

  get #roundTrip(): number {
    return this.#parts?.recovery.roundTrip.smoothed ?? 0;
  }

  /** Reasons to keep an otherwise silent session alive. */
  #hasDuties(parts: SessionParts): boolean {
    const { lanes, outgoing, incoming, outgoingMessages } = parts;
    return lanes.size + outgoing.size + incoming.size + outgoingMessages.pending > 0;
  }

  #keepAliveAt(): number {
    return Math.max(this.#heardAt, this.#pingedAt) + this.#host.limits.sessionIdleMs / 3;
  }

  /** Transfers of which all has arrived and not all opened: somebody on the path changes headers, and nobody would ask again. */
  #reviveStalled(parts: SessionParts, now: number): void {
    if (stalledAt(parts) > now) return;
    const stillWanted = (transfer: OutgoingTransfer) => (): boolean => parts.outgoing.isOpen(transfer);
    for (const transfer of [...parts.outgoing.open()].filter(({ stalled }) => stalled)) {
      const pieces = transfer.revive();
      if (pieces === undefined) {
        this.cancelTransfer(transfer);
        this.#host.emit({ type: 'send-failed', session: this, transfer, reason: 'reset' });
      }
      for (const piece of pieces ?? []) parts.queue.push(piece, 0, { stillWanted: stillWanted(transfer) });
    }
  }

  #noticeSilence(parts: SessionParts, now: number): void {
    const since = this.#silentSince(parts);
    if (since === this.#silenceReported || now < this.#silentAt(parts)) return;
    this.#silenceReported = since;
    this.#host.emit({ type: 'unresponsive', session: this });
  }

  #silentSince({ recovery }: SessionParts): number {
    return Math.max(recovery.owedSince, this.#vouchedAt);
  }

  /**
   * When acknowledgements have been missing for too long. Not counted by probes: a session that sends something more often than it
   * probes, like the heartbeats of a server, puts each probe off.
   */
  #silentAt(parts: SessionParts): number {
    return this.#silentSince(parts) + Math.max(UNRESPONSIVE_MS, 3 * parts.recovery.probeTimeout);
  }

  /** Gives back what the session holds of shared things. */
  #release(): void {
    const parts = this.#parts;
    if (parts === undefined) return;
    for (const transfer of parts.incoming.all()) parts.incoming.remove(transfer);
    for (const transfer of parts.outgoing.all()) parts.outgoing.remove(transfer);
    for (const lane of [...parts.lanes.all()]) this.#lanes?.remove(lane.id);
    parts.incomingMessages.clear();
    parts.outgoingMessages.clear();
  }

  #live(): SessionParts {
    if (this.#parts === undefined) throw new Error('the session is not established');
    return this.#parts;
  }
}

/** When transfers that wait for their last records to be opened are taken up again; infinite if there are none. */
function stalledAt({ recovery, outgoing, queue, outgoingMessages }: SessionParts): number {
  if (recovery.inFlight > 0 || !queue.isEmpty || outgoingMessages.pending > 0) return Number.POSITIVE_INFINITY;
  for (const { stalled } of outgoing.open()) {
    if (stalled) return recovery.progressAt + Math.max(STALL_MS, 4 * recovery.probeTimeout);
  }
  return Number.POSITIVE_INFINITY;
}

const isChallenge = ({ type }: Frame): boolean => type === FrameType.pathChallenge;

const isAck = ({ type }: Frame): boolean => type === FrameType.ack;

const isEliciting = ({ type }: Frame): boolean =>
  type !== FrameType.ack &&
  type !== FrameType.close &&
  type !== FrameType.pathChallenge &&
  type !== FrameType.pathResponse;

/** Worth an acknowledgement in this turn: somebody waits for it. */
const isUrgent = (frame: Frame): boolean => frame.type === FrameType.ping || frame.type === FrameType.message;
