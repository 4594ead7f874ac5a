import {
  connectionIdAt,
  controlLength,
  MAX_DATAGRAM_BYTES,
  PacketType,
  packetType,
  readDataHeader,
  readU32,
} from '@p2pimg/wire';
import type { EndpointConfig, EndpointTarget } from './endpoint-config.ts';
import type { EndpointEvent } from './events.ts';
import { FairBudget } from './fair-budget.ts';
import { Fifo } from './fifo.ts';
import type { HandshakeContext } from './handshake/context.ts';
import { Initiator } from './handshake/initiator.ts';
import { HandshakePacketQueue } from './handshake/packet-queue.ts';
import { Responder } from './handshake/responder.ts';
import { StaticKeyPair } from './noise/static-key-pair.ts';
import type { Path } from './path.ts';
import { Bbr } from './recovery/bbr.ts';
import type { DropReason, SessionHost } from './session/host.ts';
import { Session } from './session/session.ts';
import type { Transmit } from './session/transmitter.ts';
import { TimerHeap } from './timer-heap.ts';
import { MemoryBudget } from './transfers/incoming-transfers.ts';

/**
 * All sessions behind one set of sockets, without a socket, a clock or a timer: datagrams and times go in, events and
 * datagrams come out. Times are milliseconds of one monotonic clock.
 */
export class Endpoint {
  readonly #config: EndpointConfig;
  readonly #keys: StaticKeyPair;
  readonly #host: SessionHost;
  readonly #sessions = new Map<number, Session>();
  readonly #initiator: Initiator;
  readonly #responder: Responder;
  readonly #timers = new TimerHeap<Session>();
  /** Those with the mark `ready`, and some that have lost it. */
  readonly #ready = new Fifo<Session>();
  readonly #handshakes = new HandshakePacketQueue();
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  /** Sessions that asked for new keys in this call. */
  readonly #rekeys: Session[] = [];
  #events: EndpointEvent[] = [];
  #retransmitted = 0;
  #spuriousLosses = 0;

  constructor(config: EndpointConfig) {
    this.#config = config;
    this.#keys = new StaticKeyPair(config.suite.keyPair(config.privateKey));
    const messages = {
      total: config.limits.maxMessageMemoryBytes,
      each: config.limits.maxMessageMemoryBytesPerSession,
      wanted: 2 * config.limits.maxMessageBytes,
      holders: config.limits.maxSessions,
    };
    this.#host = {
      suite: config.suite,
      random: config.random,
      limits: config.limits,
      congestion: config.congestion ?? (() => new Bbr()),
      reassembly: new MemoryBudget(config.limits.maxReassemblyBytes),
      messagesIn: new FairBudget(messages),
      messagesOut: new FairBudget(messages),
      lanes: 0,
      emit: (event) => void this.#events.push(event),
      drop: (reason) => this.#drop(reason),
      wake: (session) => this.#wake(session),
      rekey: (session) => this.#rekeys.push(session),
      countRetransmission: (packets) => {
        this.#retransmitted += packets;
      },
      countSpuriousLoss: (packets) => {
        this.#spuriousLosses += packets;
      },
    };
    const sessions = this.#sessions;
    const context: HandshakeContext = {
      config,
      keys: this.#keys,
      get sessionCount() {
        return sessions.size;
      },
      newSession: (remoteKey, initiator) => this.#newSession(remoteKey, initiator),
      find: (localId) => sessions.get(localId),
      forget: (session) => this.#forget(session),
      wake: (session) => this.#wake(session),
      send: (path, bytes) => {
        if (!this.#handshakes.push({ path, bytes })) this.#drop('handshake-queue');
      },
      drop: (reason) => this.#drop(reason),
    };
    this.#initiator = new Initiator(context);
    this.#responder = new Responder(context);
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

  /** Packets that were sent again and turned out to have arrived. */
  get spuriousLosses(): number {
    return this.#spuriousLosses;
  }

  get dropped(): Readonly<Partial<Record<DropReason, number>>> {
    return this.#dropped;
  }

  /** Handshake packets that `pollTransmit` has ready, before all else. */
  get handshakesWaiting(): number {
    return this.#handshakes.length;
  }

  /** Bytes held for reassembly. */
  get reassemblyBytes(): number {
    return this.#host.reassembly.used;
  }

  /** Bytes of messages held: incomplete ones, and those on their way out. */
  get messageBytes(): number {
    return this.#host.messagesIn.used + this.#host.messagesOut.used;
  }

  /** Opens a session; `established` or `closed` follows. */
  connect(target: EndpointTarget, now: number): Session {
    const session = this.#initiator.connect(target, now);
    this.#wake(session);
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
        this.#responder.receive(b.subarray(offset, offset + length), path, now);
        break;
      case PacketType.handshakeResponse:
        this.#initiator.receive(b.subarray(offset, offset + length), path, now);
        break;
      case PacketType.cookieReply:
        this.#initiator.receiveCookie(b.subarray(offset, offset + length), now);
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
    const first = this.#handshakes.shift();
    if (first !== undefined) {
      slab.set(first.bytes);
      return { path: first.path, bytes: first.bytes.length, answerMs: Number.POSITIVE_INFINITY };
    }
    for (let session = this.#ready.shift(); session !== undefined; session = this.#ready.shift()) {
      if (!session.ready) continue;
      session.ready = false;
      const transmit = session.pollTransmit(now, slab, maxSegments);
      if (transmit !== undefined) {
        // Behind the others: sessions take turns.
        this.#wake(session);
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
      const at = this.#timeoutOf(session);
      if (at > now) {
        // It was put off meanwhile: where packets come and go no probe is ever due.
        this.#timers.set(session, at);
        continue;
      }
      this.#initiator.handleTimeout(session, now);
      session.handleTimeout(now);
      this.#wake(session);
    }
    for (let session = this.#rekeys.pop(); session !== undefined; session = this.#rekeys.pop()) {
      this.#initiator.rekey(session, now);
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
    if (before === 'unconfirmed' && session.state === 'established') this.#responder.confirmed(session, now);
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

  #timeoutOf(session: Session): number {
    return Math.min(session.nextTimeout(), this.#initiator.timeoutOf(session));
  }

  #newSession(remoteKey: Uint8Array, initiator: boolean): Session {
    let localId = 0;
    while (localId === 0 || this.#sessions.has(localId)) localId = readU32(this.#config.random(4), 0);
    const session = new Session({ localId, remoteKey, initiator }, this.#host);
    this.#sessions.set(localId, session);
    return session;
  }

  #wake(session: Session): void {
    if (session.ready) return;
    session.ready = true;
    this.#ready.push(session);
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.localId);
    this.#initiator.forget(session);
    this.#responder.forget(session);
    this.#timers.delete(session);
    session.ready = false;
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }
}

const NO_EVENTS: readonly EndpointEvent[] = [];
