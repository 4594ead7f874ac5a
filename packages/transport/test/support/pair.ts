import { createHash } from 'node:crypto';
import { EventQueue } from '@p2pimg/netsim';
import { MESSAGE_VERSIONS, type VersionRange } from '@p2pimg/wire';
import { Endpoint } from '../../src/core/endpoint.ts';
import type { EndpointAdmission, EndpointConfig } from '../../src/core/endpoint-config.ts';
import type { EndpointEvent } from '../../src/core/events.ts';
import { type EndpointLimits, resolveLimits } from '../../src/core/limits.ts';
import { packetBytes } from '../../src/core/packet-bytes.ts';
import type { Path } from '../../src/core/path.ts';
import type { CongestionController } from '../../src/core/recovery/congestion.ts';
import type { Session } from '../../src/core/session/session.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';

/** Small seeded generator (mulberry32): the seed of a failing case replays it. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const seededBytes =
  (random: () => number) =>
  (n: number): Uint8Array =>
    Uint8Array.from({ length: n }, () => Math.floor(random() * 256));

export interface LinkConditions {
  /** One way, in ms. */
  readonly delay: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Share of datagrams held back, and by how much at most, in ms. */
  readonly reorder: number;
  readonly holdBack: number;
  /** Bytes per ms, and the queue before the bottleneck in bytes. */
  readonly rate: number;
  readonly queue: number;
}

export const PERFECT: LinkConditions = {
  delay: 5,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  holdBack: 0,
  rate: Number.POSITIVE_INFINITY,
  queue: Number.POSITIVE_INFINITY,
};

interface Flight {
  readonly to: string;
  readonly from: string;
  readonly bytes: Uint8Array;
}

const PARENT_PORT = 8081;

/** One endpoint with its parent port and worker sockets, on virtual addresses. */
export class Node {
  readonly endpoint: Endpoint;
  readonly host: string;
  readonly events: EndpointEvent[] = [];
  /** Index = socket number; value = port, or 0 when freed. */
  readonly ports: number[] = [PARENT_PORT];
  sent = 0;
  onEvent: (event: EndpointEvent) => void = () => {};

  constructor(
    host: string,
    random: () => number,
    options: {
      limits?: Partial<EndpointLimits>;
      admit?: () => EndpointAdmission;
      privateKey?: Uint8Array;
      congestion?: () => CongestionController;
      versions?: VersionRange;
      incompatible?: EndpointConfig['incompatible'];
    } = {},
  ) {
    this.host = host;
    const bytes = seededBytes(random);
    this.endpoint = new Endpoint({
      suite,
      random: bytes,
      privateKey: options.privateKey ?? createHash('sha256').update(host).digest(),
      limits: resolveLimits(options.limits),
      admit: options.admit ?? (() => ({ admit: true })),
      ...(options.congestion === undefined ? {} : { congestion: options.congestion }),
      versions: options.versions ?? MESSAGE_VERSIONS,
      ...(options.incompatible === undefined ? {} : { incompatible: options.incompatible }),
      epochMs: 1_700_000_000_000,
      receiveBuffer: 4 * 1024 * 1024,
    });
  }

  openSocket(): { readonly socket: number; readonly port: number } {
    const socket = this.ports.length;
    const port = 20_000 + socket;
    this.ports.push(port);
    return { socket, port };
  }

  of<T extends EndpointEvent['type']>(type: T): Extract<EndpointEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<EndpointEvent, { type: T }> => event.type === type);
  }
}

/** Virtual time and a seeded network between nodes. */
export class World {
  now = 0;
  readonly random: () => number;
  conditions: LinkConditions;
  /** Sees each datagram; may change it, or drop it by returning undefined. */
  tap: (bytes: Uint8Array, from: string, to: string) => Uint8Array | undefined = (bytes) => bytes;
  readonly #nodes = new Map<string, Node>();
  readonly #flights = new EventQueue();
  readonly #busyUntil = new Map<string, number>();
  readonly #slab = new Uint8Array(64 * 1024);

  constructor(seed: number, conditions: Partial<LinkConditions> = {}) {
    this.random = seeded(seed);
    this.conditions = { ...PERFECT, ...conditions };
  }

  add(node: Node): Node {
    this.#nodes.set(node.host, node);
    return node;
  }

  /** Two nodes that know each other. */
  pair(
    options: { client?: ConstructorParameters<typeof Node>[2]; server?: ConstructorParameters<typeof Node>[2] } = {},
  ): { readonly client: Node; readonly server: Node } {
    return {
      client: this.add(new Node('10.0.0.1', this.random, options.client)),
      server: this.add(new Node('10.0.0.2', this.random, options.server)),
    };
  }

  connect(from: Node, to: Node, preSharedKey?: Uint8Array): Session {
    const path: Path = { socket: 0, host: to.host, port: PARENT_PORT };
    const target = { publicKey: to.endpoint.publicKey, path };
    return from.endpoint.connect(preSharedKey === undefined ? target : { ...target, preSharedKey }, this.now);
  }

  /** Puts a datagram on the wire as it is, at once. */
  inject(bytes: Uint8Array, from: string, to: string): void {
    this.#launch(bytes, from, to, this.now);
  }

  /** Runs until `done` holds, or nothing happens any more, or the virtual time is up. Returns whether it holds. */
  run(done: () => boolean, limitMs = 60_000): boolean {
    const end = this.now + limitMs;
    for (;;) {
      for (const node of this.#nodes.values()) this.#drain(node);
      if (done()) return true;
      const next = this.#nextTime();
      if (next > end) {
        this.now = end;
        return done();
      }
      this.now = Math.max(this.now, next);
      this.#deliver();
      for (const node of this.#nodes.values()) {
        if (node.endpoint.nextTimeout() <= this.now) this.#take(node, node.endpoint.handleTimeout(this.now));
      }
    }
  }

  #nextTime(): number {
    let next = this.#flights.nextTime();
    for (const node of this.#nodes.values()) next = Math.min(next, node.endpoint.nextTimeout());
    return next;
  }

  #drain(node: Node): void {
    for (;;) {
      this.#take(node, node.endpoint.takeEvents());
      const transmit = node.endpoint.pollTransmit(this.now, this.#slab, 16);
      if (transmit === undefined) return;
      const from = `${node.host}:${node.ports[transmit.path.socket]}`;
      for (let at = 0; at < transmit.bytes; at += 1024) {
        const bytes = this.#slab.slice(at, Math.min(transmit.bytes, at + 1024));
        node.sent++;
        this.#send(bytes, from, `${transmit.path.host}:${transmit.path.port}`);
      }
    }
  }

  #send(bytes: Uint8Array, from: string, to: string): void {
    const seen = this.tap(bytes, from, to);
    if (seen === undefined || this.random() < this.conditions.loss) return;
    const { delay, duplicate, reorder, holdBack, rate, queue } = this.conditions;
    const link = from.split(':')[0]!;
    const start = Math.max(this.now, this.#busyUntil.get(link) ?? 0);
    if ((start - this.now) * rate > queue) return;
    const leaves = Number.isFinite(rate) ? start + seen.length / rate : this.now;
    this.#busyUntil.set(link, leaves);
    const late = this.random() < reorder ? this.random() * holdBack : 0;
    this.#launch(seen, from, to, leaves + delay + late);
    if (this.random() < duplicate) this.#launch(seen, from, to, leaves + delay + this.random() * holdBack);
  }

  #launch(bytes: Uint8Array, from: string, to: string, at: number): void {
    const flight: Flight = { from, to, bytes };
    this.#flights.push(at, 0, 0, 0, 0, flight);
  }

  #deliver(): void {
    while (this.#flights.nextTime() <= this.now && this.#flights.pop()) {
      const { to, from, bytes } = this.#flights.payload as Flight;
      const [host, port] = to.split(':');
      const node = this.#nodes.get(host!);
      const socket = node?.ports.indexOf(Number(port)) ?? -1;
      if (node === undefined || socket < 0) continue;
      const [fromHost, fromPort] = from.split(':');
      const path = { socket, host: fromHost!, port: Number(fromPort) };
      for (let at = 0; at < bytes.length; ) {
        const length = packetBytes(bytes, at, bytes.length - at);
        this.#take(node, node.endpoint.handleDatagram(bytes, at, length, path, this.now));
        at += length;
      }
    }
  }

  #take(node: Node, events: readonly EndpointEvent[]): void {
    for (const event of events) {
      node.events.push(event);
      node.onEvent(event);
    }
  }
}

/** Accepts every transfer and every lane. */
export function acceptAll(node: Node): void {
  node.onEvent = (event) => {
    if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
    if (event.type === 'lane-offered') {
      const { socket, port } = node.openSocket();
      event.session.lanes?.accept(event.lane, socket, port);
    }
  };
}
