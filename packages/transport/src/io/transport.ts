import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
// The global of that name is looked up by a getter at each use.
import { performance } from 'node:perf_hooks';
import { MAX_DATAGRAM_BYTES, MESSAGE_VERSIONS } from '@p2pimg/wire';
import type { CryptoSuite } from '../core/crypto-suite.ts';
import { Endpoint } from '../core/endpoint.ts';
import type { EndpointEvent } from '../core/events.ts';
import { type EndpointLimits, resolveLimits } from '../core/limits.ts';
import { packetBytes } from '../core/packet-bytes.ts';
import type { Path } from '../core/path.ts';
import type { Session as CoreSession } from '../core/session/session.ts';
import type { Transmit } from '../core/session/transmitter.ts';
import { fastCryptoSuite, nodeCryptoSuite } from '../node/crypto-suite.ts';
import { InvalidTransportOptionError } from './errors.ts';
import type { Address, ConnectTarget, Session, Transport, TransportOptions, TransportStats } from './interface.ts';
import type { SessionContext } from './session-context.ts';
import { SessionHandle } from './session-handle.ts';
import { checkOptions, chooseDriver } from './transport-options.ts';
import { Turn } from './turn.ts';
import type { UdpDriver, UdpSocket } from './udp-driver.ts';
import { WorkerSockets } from './worker-sockets.ts';

/** Sends of one turn of the loop; then the sockets are read again. */
const SENDS_PER_TURN = 64;

/**
 * Binds the parent port and opens a transport on it.
 * @throws InvalidTransportOptionError, InvalidLimitError, or the system's error when the port cannot be bound.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  checkOptions(options);
  const driver = chooseDriver(options.driver ?? 'auto');
  return openTransportWith(options, driver, driver.name === 'offload' ? fastCryptoSuite() : nodeCryptoSuite);
}

/** With another suite than is ever chosen: a bench tells what the cipher costs. */
export function openTransportWith(
  options: TransportOptions,
  driver: UdpDriver,
  suite: CryptoSuite,
): Promise<Transport> {
  return NodeTransport.open(options, resolveLimits(options.limits), driver, suite);
}

class NodeTransport implements Transport {
  readonly address: Address;
  readonly #options: TransportOptions;
  readonly #endpoint: Endpoint;
  readonly #parent: UdpSocket;
  readonly #workers: WorkerSockets;
  readonly #handles = new Map<CoreSession, SessionHandle>();
  readonly #context: SessionContext;
  readonly #segmentsPerSend: number;
  #slab: Uint8Array;
  readonly #turn = new Turn(() => this.#flush());
  #timer: NodeJS.Timeout | undefined;
  #timerAt: number = Number.POSITIVE_INFINITY;
  /** How soon what was sent in this turn may be answered. */
  #answerMs: number = Number.POSITIVE_INFINITY;
  #silent = false;
  #closed = false;
  #closing: PromiseWithResolvers<void> | undefined;
  #datagramsSent = 0;
  #datagramsReceived = 0;
  #bytesSent = 0;
  #bytesReceived = 0;

  private constructor(
    options: TransportOptions,
    limits: EndpointLimits,
    driver: UdpDriver,
    suite: CryptoSuite,
    parent: UdpSocket,
  ) {
    this.#options = options;
    this.#parent = parent;
    this.#segmentsPerSend = driver.segmentsPerSend;
    this.#slab = newSlab(driver.segmentsPerSend * MAX_DATAGRAM_BYTES);
    this.address = { host: options.bind.host, port: parent.port };
    this.#workers = new WorkerSockets((number) =>
      driver.open(options.bind.host, 0, {
        onBatch: (batch, length, host, port) => this.#receive(batch, length, { socket: number, host, port }),
        onReadable: (read) => this.#turn.readable(read),
      }),
    );
    this.#endpoint = new Endpoint({
      suite,
      random: randomBytes,
      privateKey: options.keys.privateKey,
      limits,
      admit: (publicKey, { host, port }) => options.admit(publicKey, { host, port }),
      epochMs: Date.now() - performance.now(),
      receiveBuffer: parent.receiveBuffer,
      versions: options.versions ?? MESSAGE_VERSIONS,
      incompatible: (publicKey, { host, port }, theirs) => options.onIncompatible?.(publicKey, { host, port }, theirs),
    });
    this.#context = {
      workers: this.#workers,
      maxMessageBytes: limits.maxMessageBytes,
      laneTimeoutMs: limits.handshakeTimeoutMs,
      now: () => performance.now(),
      flush: () => this.#turn.sendable(),
    };
  }

  static async open(
    options: TransportOptions,
    limits: EndpointLimits,
    driver: UdpDriver,
    suite: CryptoSuite,
  ): Promise<NodeTransport> {
    let transport: NodeTransport | undefined;
    const parent = await driver.open(options.bind.host, options.bind.port, {
      onBatch(batch, length, host, port) {
        if (transport !== undefined) transport.#receive(batch, length, { socket: 0, host, port });
      },
      onReadable(read) {
        if (transport !== undefined) transport.#turn.readable(read);
      },
    });
    transport = new NodeTransport(options, limits, driver, suite, parent);
    return transport;
  }

  connect(target: ConnectTarget): Session {
    if (isIP(target.address.host) === 0) throw new InvalidTransportOptionError('address.host', 'is no IP literal');
    if (target.publicKey.length !== 32) throw new InvalidTransportOptionError('publicKey', 'must have 32 bytes');
    const { publicKey, preSharedKey, address, replaces } = target;
    if (replaces !== undefined && !(replaces instanceof SessionHandle)) {
      throw new InvalidTransportOptionError('replaces', 'is no session of a transport');
    }
    const path = { socket: 0, host: address.host, port: address.port };
    const core = this.#endpoint.connect(
      {
        publicKey,
        path,
        ...(preSharedKey === undefined ? {} : { preSharedKey }),
        ...(replaces === undefined ? {} : { replaces: replaces.core }),
      },
      performance.now(),
    );
    const handle = new SessionHandle(core, address, this.#context);
    this.#handles.set(core, handle);
    if (this.#closed) this.#endAll();
    this.#turn.sendable();
    return handle;
  }

  setSilent(silent: boolean): void {
    this.#silent = silent;
  }

  stats(): TransportStats {
    return {
      sessions: this.#endpoint.sessions,
      lanes: this.#endpoint.lanes,
      datagramsSent: this.#datagramsSent,
      datagramsReceived: this.#datagramsReceived,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      retransmitted: this.#endpoint.retransmitted,
      spurious: this.#endpoint.spuriousLosses,
      dropped: { ...this.#endpoint.dropped },
    };
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers<void>();
      this.#closing.resolve(this.#shutDown());
    }
    return this.#closing.promise;
  }

  #receive(batch: Uint8Array, bytes: number, path: Path): void {
    if (this.#silent || this.#closed) return;
    const now = performance.now();
    this.#bytesReceived += bytes;
    for (let at = 0; at < bytes; ) {
      const length = packetBytes(batch, at, bytes - at);
      this.#datagramsReceived++;
      this.#dispatch(this.#endpoint.handleDatagram(batch, at, length, path, now));
      at += length;
    }
    this.#turn.received(now);
  }

  /** Returns how soon, in ms, something of what was sent may be answered. */
  #flush(): number {
    const now = performance.now();
    this.#answerMs = Number.POSITIVE_INFINITY;
    this.#dispatch(
      this.#endpoint.nextTimeout() <= now ? this.#endpoint.handleTimeout(now) : this.#endpoint.takeEvents(),
    );
    // Handshakes all at once: a turn that reads more of them than it answers would let them wait ever longer.
    if (this.#transmit(now, SENDS_PER_TURN + this.#endpoint.handshakesWaiting)) this.#arm(now);
    else this.#turn.sendable();
    return this.#answerMs;
  }

  /** Sends what is ready, with so many sends at most. Returns whether that was all. */
  #transmit(now: number, maxSends: number): boolean {
    for (let sends = 0; sends < maxSends; sends++) {
      const transmit = this.#endpoint.pollTransmit(now, this.#slab, this.#segmentsPerSend);
      if (transmit === undefined) {
        this.#dispatch(this.#endpoint.takeEvents());
        return true;
      }
      this.#send(transmit);
    }
    return false;
  }

  async #shutDown(): Promise<void> {
    this.#endAll();
    this.#transmit(performance.now(), Number.POSITIVE_INFINITY);
    this.#closed = true;
    // Handlers may have asked for something meanwhile: it ends at once, and no turn comes any more.
    this.#endAll();
    this.#turn.end();
    clearTimeout(this.#timer);
    await Promise.all([this.#parent.close(), this.#workers.close()]);
  }

  #endAll(): void {
    for (const handle of this.#handles.values()) handle.close();
    this.#dispatch(this.#endpoint.takeEvents());
  }

  #send({ path: { socket, host, port }, bytes, answerMs }: Transmit): void {
    const udp = socket === 0 ? this.#parent : this.#workers.get(socket)?.udp;
    if (udp === undefined || this.#silent || this.#closed) return;
    this.#answerMs = Math.min(this.#answerMs, answerMs);
    this.#datagramsSent += Math.ceil(bytes / MAX_DATAGRAM_BYTES);
    this.#bytesSent += bytes;
    if (!udp.send(this.#slab, bytes, host, port)) this.#slab = newSlab(this.#slab.length);
  }

  #arm(now: number): void {
    if (this.#closed) return;
    const at = this.#endpoint.nextTimeout();
    if (at >= this.#timerAt || at === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    // By way of the turn: after a stall of the loop the sockets are read before anybody is given up.
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#turn.sendable();
      },
      Math.max(1, Math.ceil(at - now)),
    );
  }

  #dispatch(events: readonly EndpointEvent[]): void {
    for (const event of events) {
      if (event.type === 'incoming') this.#welcome(event.session);
      const handle = this.#handles.get(event.session);
      if (handle === undefined) continue;
      if (event.type === 'closed') this.#handles.delete(event.session);
      try {
        handle.handle(event);
      } catch (error) {
        // A handler of the program failed: that must surface, but not stop the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #welcome(session: CoreSession): void {
    const { host, port } = session.path ?? this.address;
    const handle = new SessionHandle(session, { host, port }, this.#context);
    this.#handles.set(session, handle);
    this.#options.onSession(handle);
  }
}

/** Memory of its own, no part of a pool: the system is told where it is. */
const newSlab = (bytes: number): Uint8Array => new Uint8Array(new ArrayBuffer(bytes));
