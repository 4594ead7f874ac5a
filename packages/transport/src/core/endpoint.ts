import {
  connectionIdAt,
  controlLength,
  HANDSHAKE_INIT_BYTES,
  HandshakeStatus,
  INIT,
  MAX_DATAGRAM_BYTES,
  PacketType,
  packetType,
  readDataHeader,
  readU32,
} from '@p2pimg/wire';
import type { CryptoSuite, DhKeyPair, RandomBytes } from './crypto-suite.ts';
import type { EndpointEvent } from './events.ts';
import { COOKIE_LIFE_MS, CookieIssuer, cookieReceiver, openCookie, writeMac2 } from './handshake/cookies.ts';
import { Initiation, responseReceiver } from './handshake/initiation.ts';
import { LoadGate } from './handshake/load-gate.ts';
import { Mac1 } from './handshake/macs.ts';
import { type PeerRecord, PeerTable } from './handshake/peer-table.ts';
import { type OpenedInit, openInit } from './handshake/response.ts';
import { EpochKeys } from './keys/epoch-keys.ts';
import type { EndpointLimits } from './limits.ts';
import type { Path } from './path.ts';
import type { DropReason, SessionHost } from './session/host.ts';
import { Session } from './session/session.ts';
import type { Transmit } from './session/transmitter.ts';
import { TimerHeap } from './timer-heap.ts';
import { MemoryBudget } from './transfers/incoming-transfers.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 1_000;
/** Before the first sample of a responder. */
const INITIAL_ROUND_TRIP_MS = 50;

export type EndpointAdmission =
  | { readonly admit: false }
  | { readonly admit: true; readonly preSharedKeys?: readonly Uint8Array[] };

export interface EndpointConfig {
  readonly suite: CryptoSuite;
  readonly random: RandomBytes;
  /** Raw X25519 private key. */
  readonly privateKey: Uint8Array;
  readonly limits: EndpointLimits;
  readonly admit: (publicKey: Uint8Array, from: Path) => EndpointAdmission;
  /** What has to be added to `now` for milliseconds since 1970. */
  readonly epochMs: number;
  /** Bytes that our socket's receive buffer holds as datagrams. */
  readonly receiveBuffer: number;
}

export interface EndpointTarget {
  readonly publicKey: Uint8Array;
  readonly preSharedKey?: Uint8Array;
  readonly path: Path;
}

interface PendingHandshake {
  readonly session: Session;
  readonly target: EndpointTarget;
  readonly startedAt: number;
  attempts: number;
  nextAt: number;
  sentAt: number;
  initiation: Initiation | undefined;
  cookie: { readonly bytes: Uint8Array; readonly at: number } | undefined;
}

/**
 * All sessions behind one set of sockets, without a socket, a clock or a timer: datagrams and times go in, events and
 * datagrams come out. Times are milliseconds of one monotonic clock.
 */
export class Endpoint {
  readonly #config: EndpointConfig;
  readonly #keys: DhKeyPair;
  readonly #mac1: Mac1;
  readonly #host: SessionHost;
  readonly #sessions = new Map<number, Session>();
  readonly #pending = new Map<Session, PendingHandshake>();
  /** Where the sessions opened here lead, for their rekeys. */
  readonly #targets = new Map<Session, EndpointTarget>();
  readonly #peers = new PeerTable();
  readonly #gate = new LoadGate();
  readonly #cookies: CookieIssuer;
  readonly #timers = new TimerHeap<Session>();
  readonly #ready = new Set<Session>();
  readonly #outbox: { readonly path: Path; readonly bytes: Uint8Array }[] = [];
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  /** Sessions that asked for new keys in this call. */
  readonly #rekeys: Session[] = [];
  #events: EndpointEvent[] = [];
  #timestamp = 0;
  #retransmitted = 0;

  constructor(config: EndpointConfig) {
    this.#config = config;
    this.#keys = config.suite.keyPair(config.privateKey);
    this.#mac1 = new Mac1(config.suite, this.#keys.publicKey);
    this.#cookies = new CookieIssuer(config.suite, config.random, this.#keys.publicKey);
    this.#host = {
      suite: config.suite,
      random: config.random,
      limits: config.limits,
      reassembly: new MemoryBudget(config.limits.maxReassemblyBytes),
      lanes: 0,
      emit: (event) => void this.#events.push(event),
      drop: (reason) => this.#drop(reason),
      wake: (session) => void this.#ready.add(session),
      rekey: (session) => this.#rekeys.push(session),
      countRetransmission: (packets) => {
        this.#retransmitted += packets;
      },
    };
  }

  get publicKey(): Uint8Array {
    return this.#keys.publicKey;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get lanes(): number {
    return this.#host.lanes;
  }

  get retransmitted(): number {
    return this.#retransmitted;
  }

  get dropped(): Readonly<Partial<Record<DropReason, number>>> {
    return this.#dropped;
  }

  /** Bytes held for reassembly. */
  get reassemblyBytes(): number {
    return this.#host.reassembly.used;
  }

  /** Opens a session; `established` or `closed` follows. */
  connect(target: EndpointTarget, now: number): Session {
    const session = this.#newSession(target.publicKey, true);
    this.#targets.set(session, target);
    this.#handshake(session, target, now);
    return session;
  }

  /**
   * Takes one packet: `length` bytes of `b` at `offset`. A merged receive is split first, by `packetBytes`.
   * Nothing of `b` is kept.
   */
  handleDatagram(b: Uint8Array, offset: number, length: number, path: Path, now: number): readonly EndpointEvent[] {
    switch (packetType(b, offset)) {
      case PacketType.control:
        this.#control(b, offset, length, path, now);
        break;
      case PacketType.data:
        this.#data(b, offset, length, now);
        break;
      case PacketType.handshakeInit:
        this.#init(b.subarray(offset, offset + length), path, now);
        break;
      case PacketType.handshakeResponse:
        this.#response(b.subarray(offset, offset + length), path, now);
        break;
      case PacketType.cookieReply:
        this.#cookieReply(b.subarray(offset, offset + length), now);
        break;
      default:
        this.#drop('malformed');
    }
    return this.takeEvents();
  }

  /** Events of calls made on sessions since the last return. */
  takeEvents(): readonly EndpointEvent[] {
    if (this.#events.length === 0) return NO_EVENTS;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /**
   * The next datagrams to send, all to one address: all but the last of them have `MAX_DATAGRAM_BYTES`.
   * Call until it returns undefined, at the end of each turn in which something happened.
   */
  pollTransmit(now: number, slab: Uint8Array, maxSegments: number): Transmit | undefined {
    const first = this.#outbox.shift();
    if (first !== undefined) {
      slab.set(first.bytes);
      return { path: first.path, bytes: first.bytes.length };
    }
    for (const session of this.#ready) {
      this.#ready.delete(session);
      const transmit = session.pollTransmit(now, slab, maxSegments);
      if (transmit !== undefined) {
        // Behind the others: sessions take turns.
        this.#ready.add(session);
        return transmit;
      }
      if (session.state === 'closed') this.#forget(session);
      else this.#timers.set(session, this.#timeoutOf(session));
    }
    return undefined;
  }

  /** When `handleTimeout` wants to be called; infinite if never. */
  nextTimeout(): number {
    return this.#timers.next();
  }

  handleTimeout(now: number): readonly EndpointEvent[] {
    for (let session = this.#timers.take(now); session !== undefined; session = this.#timers.take(now)) {
      const pending = this.#pending.get(session);
      if (pending !== undefined) this.#handshakeTimeout(pending, now);
      session.handleTimeout(now);
      this.#ready.add(session);
    }
    for (let session = this.#rekeys.pop(); session !== undefined; session = this.#rekeys.pop()) {
      const target = this.#targets.get(session);
      const path = session.path;
      if (target !== undefined && path !== undefined) this.#handshake(session, { ...target, path }, now);
    }
    return this.takeEvents();
  }

  #control(b: Uint8Array, at: number, available: number, path: Path, now: number): void {
    const length = controlLength(b, at, available);
    if (length === undefined || length !== available) {
      this.#drop('malformed');
      return;
    }
    const session = this.#sessions.get(connectionIdAt(b, at));
    if (session === undefined) {
      this.#drop('unknown-connection');
      return;
    }
    const before = session.state;
    session.receiveControl(b, at, length, path, now);
    if (before === 'unconfirmed' && session.state === 'established') this.#confirmed(session, now);
  }

  #data(b: Uint8Array, at: number, available: number, now: number): void {
    const header = available === MAX_DATAGRAM_BYTES ? readDataHeader(b, at, available) : undefined;
    if (header === undefined) {
      this.#drop('malformed');
      return;
    }
    const session = this.#sessions.get(header.connectionId);
    if (session === undefined) {
      this.#drop('unknown-connection');
      return;
    }
    session.receiveData(header, b, at, now);
  }

  #init(packet: Uint8Array, path: Path, now: number): void {
    if (packet.length !== HANDSHAKE_INIT_BYTES) {
      this.#drop('malformed');
      return;
    }
    if (!this.#mac1.verify(packet, INIT.mac1)) {
      this.#drop('mac');
      return;
    }
    if (!this.#mayCost(packet, path, now)) return;
    const { suite } = this.#config;
    const init = openInit(packet, suite, this.#keys, () => suite.keyPair(this.#config.random(32)));
    if (init === undefined) {
      this.#drop('handshake');
      return;
    }
    const record = this.#peers.admitTimestamp(init.remoteStatic, init.payload.timestamp, now);
    if (record === undefined) {
      this.#drop('timestamp');
      return;
    }
    const admission = this.#config.admit(init.remoteStatic, path);
    if (!admission.admit) {
      this.#drop('not-admitted');
      this.#answer(init, HandshakeStatus.refused, path);
      return;
    }
    const keys = admission.preSharedKeys ?? [];
    if (init.preShared !== keys.length > 0) {
      this.#drop('not-admitted');
      return;
    }
    const preSharedKey = keys[record.attempts % Math.max(1, keys.length)];
    if (init.payload.continues !== 0) {
      this.#continue(init, record, preSharedKey, path, now);
      return;
    }
    if (this.#sessions.size >= this.#config.limits.maxSessions) {
      this.#drop('too-many-sessions');
      this.#answer(init, HandshakeStatus.full, path);
      return;
    }
    this.#admit(init, record, preSharedKey, path, now);
  }

  /** Whether an init with a right mac1 is worth Diffie–Hellman: always in calm; under load for proven addresses in turn. */
  #mayCost(init: Uint8Array, path: Path, now: number): boolean {
    const underLoad = this.#gate.arrive(now);
    if (init.subarray(INIT.mac2).some((byte) => byte !== 0)) {
      if (!this.#cookies.verify(init, path, now)) {
        this.#drop('mac');
        return false;
      }
      if (!underLoad || this.#gate.allow(path.host, now)) return true;
      this.#drop('rate');
      return false;
    }
    if (!underLoad) return true;
    this.#drop('rate');
    this.#outbox.push({ path, bytes: this.#cookies.reply(init, path, now) });
    return false;
  }

  /** The responder is under load and wants to see that we receive here: the same question again, with mac2. */
  #cookieReply(packet: Uint8Array, now: number): void {
    const receiver = cookieReceiver(packet);
    const session = receiver === undefined ? undefined : this.#sessions.get(receiver);
    const pending = session === undefined ? undefined : this.#pending.get(session);
    const init = pending?.initiation?.packet;
    if (pending === undefined || init === undefined) {
      this.#drop('handshake');
      return;
    }
    const { suite } = this.#config;
    const cookie = openCookie(suite, packet, init, pending.target.publicKey);
    if (cookie === undefined || pending.cookie?.at === now) {
      this.#drop('handshake');
      return;
    }
    pending.cookie = { bytes: cookie, at: now };
    writeMac2(suite, init, cookie);
    pending.sentAt = now;
    this.#outbox.push({ path: pending.target.path, bytes: init });
  }

  /** New keys inside a session: only for its own initiator, and only the next epoch. Unknown sessions are not answered. */
  #continue(init: OpenedInit, record: PeerRecord, preSharedKey: Uint8Array | undefined, path: Path, now: number): void {
    const { suite, receiveBuffer } = this.#config;
    const { epoch, continues } = init.payload;
    const session = this.#sessions.get(continues);
    const known = session?.state === 'established' && !session.initiator && session.nextEpoch === epoch;
    if (session === undefined || !known || !suite.equal(session.remoteKey, init.remoteStatic)) {
      this.#drop('unknown-connection');
      return;
    }
    record.attempts++;
    const status = HandshakeStatus.accepted;
    const response = init.respond({ connectionId: continues, status, epoch, receiveBuffer }, preSharedKey);
    if (response === undefined) {
      this.#drop('handshake');
      return;
    }
    this.#outbox.push({ path, bytes: response.packet });
    const { initiatorToResponder: receive, responderToInitiator: send } = response.secrets;
    session.addEpoch(new EpochKeys(suite, epoch, { send, receive }, now), now);
  }

  /** Answers without keeping anything. Impossible, and left out, where a pre-shared key is wanted. */
  #answer(init: OpenedInit, status: HandshakeStatus, path: Path): void {
    const { epoch } = init.payload;
    const response = init.respond({ connectionId: 0, status, epoch, receiveBuffer: 0 }, undefined);
    if (response !== undefined) this.#outbox.push({ path, bytes: response.packet });
  }

  #admit(init: OpenedInit, record: PeerRecord, preSharedKey: Uint8Array | undefined, path: Path, now: number): void {
    record.attempts++;
    record.unconfirmed?.close('handshake-timeout', now);
    const session = this.#newSession(init.remoteStatic, false);
    const { epoch, receiveBuffer } = init.payload;
    const response = init.respond(
      {
        connectionId: session.localId,
        status: HandshakeStatus.accepted,
        epoch,
        receiveBuffer: this.#config.receiveBuffer,
      },
      preSharedKey,
    );
    if (response === undefined) {
      this.#forget(session);
      this.#drop('handshake');
      return;
    }
    record.unconfirmed = session;
    this.#outbox.push({ path, bytes: response.packet });
    const { initiatorToResponder, responderToInitiator } = response.secrets;
    const secrets = { send: responderToInitiator, receive: initiatorToResponder };
    session.establish(
      {
        keys: new EpochKeys(this.#config.suite, epoch, secrets, now),
        remoteId: init.remoteId,
        path,
        roundTripMs: INITIAL_ROUND_TRIP_MS,
        peerBuffer: receiveBuffer,
      },
      now,
    );
  }

  /** The initiator has proven itself: its earlier session, if any, is of a process or a link that is gone. */
  #confirmed(session: Session, now: number): void {
    const record = this.#peers.find(session.remoteKey);
    if (record === undefined) return;
    const older = record.established;
    record.attempts = 0;
    record.unconfirmed = undefined;
    record.established = session;
    if (older !== undefined && older !== session) older.close('remote', now);
  }

  #response(packet: Uint8Array, path: Path, now: number): void {
    const receiver = responseReceiver(packet, this.#mac1);
    if (receiver === undefined) {
      this.#drop('mac');
      return;
    }
    const session = this.#sessions.get(receiver);
    const pending = session === undefined ? undefined : this.#pending.get(session);
    const result = pending?.initiation?.read(packet);
    if (session === undefined || pending === undefined || result === undefined) {
      this.#drop('handshake');
      return;
    }
    this.#pending.delete(session);
    const { payload, secrets } = result;
    if (payload.status !== HandshakeStatus.accepted) {
      // A rekey that is refused ends the session too: the peer does not want it any more.
      session.close('refused', now);
      return;
    }
    const own = { send: secrets.initiatorToResponder, receive: secrets.responderToInitiator };
    if (session.state === 'established') {
      session.addEpoch(new EpochKeys(this.#config.suite, payload.epoch, own, now), now);
      return;
    }
    session.establish(
      {
        keys: new EpochKeys(this.#config.suite, payload.epoch, own, now),
        remoteId: payload.connectionId,
        path,
        roundTripMs: Math.max(0.1, now - pending.sentAt),
        peerBuffer: payload.receiveBuffer,
      },
      now,
    );
  }

  #handshake(session: Session, target: EndpointTarget, now: number): void {
    const times = { startedAt: now, nextAt: now, sentAt: now };
    const pending = { session, target, ...times, attempts: 0, initiation: undefined, cookie: undefined };
    this.#pending.set(session, pending);
    this.#attempt(pending, now);
  }

  #attempt(pending: PendingHandshake, now: number): void {
    const { suite, random, receiveBuffer } = this.#config;
    const { session, target, cookie } = pending;
    pending.initiation = Initiation.create({
      suite,
      localStatic: this.#keys,
      ephemeral: suite.keyPair(random(32)),
      remoteStatic: target.publicKey,
      preSharedKey: target.preSharedKey,
      connectionId: session.localId,
      payload: {
        timestamp: this.#nextTimestamp(now),
        continues: session.remoteId,
        epoch: session.state === 'established' ? session.nextEpoch : 0,
        receiveBuffer,
      },
      cookie: cookie !== undefined && now - cookie.at < COOKIE_LIFE_MS ? cookie.bytes : undefined,
    });
    pending.sentAt = now;
    // Up to a tenth of jitter, so that many that lost the same server do not come back at once.
    const jitter = 1 + random(1)[0]! / 2560;
    pending.nextAt = now + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** pending.attempts) * jitter;
    pending.attempts++;
    if (pending.initiation !== undefined) this.#outbox.push({ path: target.path, bytes: pending.initiation.packet });
    this.#ready.add(session);
  }

  #handshakeTimeout(pending: PendingHandshake, now: number): void {
    const { session, startedAt } = pending;
    if (session.state === 'closed') {
      this.#pending.delete(session);
    } else if (now >= startedAt + this.#config.limits.handshakeTimeoutMs) {
      this.#pending.delete(session);
      if (session.state === 'established') session.rekeyFailed(now);
      else session.close('handshake-timeout', now);
    } else if (now >= pending.nextAt) {
      this.#attempt(pending, now);
    }
  }

  #timeoutOf(session: Session): number {
    const pending = this.#pending.get(session);
    if (pending === undefined) return session.nextTimeout();
    return Math.min(session.nextTimeout(), pending.nextAt, pending.startedAt + this.#config.limits.handshakeTimeoutMs);
  }

  #newSession(remoteKey: Uint8Array, initiator: boolean): Session {
    let localId = 0;
    while (localId === 0 || this.#sessions.has(localId)) localId = readU32(this.#config.random(4), 0);
    const session = new Session({ localId, remoteKey, initiator }, this.#host);
    this.#sessions.set(localId, session);
    return session;
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.localId);
    this.#pending.delete(session);
    this.#targets.delete(session);
    this.#timers.delete(session);
    this.#ready.delete(session);
    const record = this.#peers.find(session.remoteKey);
    if (record?.established === session) record.established = undefined;
    if (record?.unconfirmed === session) record.unconfirmed = undefined;
  }

  /** Microseconds, always rising. */
  #nextTimestamp(now: number): number {
    this.#timestamp = Math.max(this.#timestamp + 1, Math.floor((this.#config.epochMs + now) * 1000));
    return this.#timestamp;
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }
}

const NO_EVENTS: readonly EndpointEvent[] = [];

/**
 * Length of the first packet in a receive of `available` bytes that may be several datagrams merged by the kernel:
 * data packets have a fixed size, control packets say theirs, handshakes stand alone.
 */
export function packetBytes(b: Uint8Array, at: number, available: number): number {
  const type = packetType(b, at);
  if (type === PacketType.data) return Math.min(available, MAX_DATAGRAM_BYTES);
  if (type === PacketType.control) return controlLength(b, at, available) ?? available;
  return available;
}
