import { EventQueue } from '@p2pimg/netsim';
import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import { packetBytes } from '../../src/core/packet-bytes.ts';
import { Node, seeded } from '../support/pair.ts';

/** What IPv4 and UDP add to a datagram. */
export const HEADERS_BYTES = 28;
/** Segments of one send, as with offload. */
const SEGMENTS_PER_SEND = 63;
/** Timers of an event loop come up to this late. */
const TIMER_MS = 1;

/** One direction: 100 Mbit/s are 12,500 bytes per ms. */
export interface PathConditions {
  /** One way, in ms. */
  readonly delayMs: number;
  readonly loss: number;
  /** Share of packets held back by another 25 … 50 % of the delay. */
  readonly reorder: number;
  /** Bytes per ms, and the queue before the line in bytes. */
  readonly rate: number;
  readonly queueBytes: number;
}

export const CLEAN: PathConditions = { delayMs: 10, loss: 0, reorder: 0, rate: 12_500, queueBytes: 250_000 };

interface Flight {
  readonly to: Node;
  readonly from: Node;
  readonly bytes: Uint8Array;
}

type Side = 'near' | 'far';

/**
 * Pairs of endpoints whose packets share one link in each direction, on virtual time: what `bench/link` does with sockets and
 * TUN devices, without the scatter of a machine. Timers are as coarse as an event loop's.
 */
export class SharedLink {
  now = 0;
  readonly conditions: PathConditions;
  readonly random: () => number;
  readonly #sides = new Map<Node, Side>();
  readonly #peers = new Map<Node, Node>();
  /** When each wants to be woken, and when its timer fires. */
  readonly #wantedAt = new Map<Node, number>();
  readonly #wakeAt = new Map<Node, number>();
  readonly #flights = new EventQueue();
  readonly #busyUntil: Record<Side, number> = { near: 0, far: 0 };
  readonly #slab = new Uint8Array(SEGMENTS_PER_SEND * MAX_DATAGRAM_BYTES);
  dropped = 0;

  constructor(seed: number, conditions: PathConditions) {
    this.random = seeded(seed);
    this.conditions = conditions;
  }

  /** Two endpoints, one at each end. */
  pair(options: ConstructorParameters<typeof Node>[2] = {}): { readonly near: Node; readonly far: Node } {
    const count = this.#sides.size;
    const near = new Node(`10.0.0.${count + 1}`, this.random, options);
    const far = new Node(`10.0.0.${count + 2}`, this.random, options);
    this.#sides.set(near, 'near').set(far, 'far');
    this.#peers.set(near, far).set(far, near);
    return { near, far };
  }

  /** Packets waiting before the line of that end, in bytes. */
  queued(side: Side): number {
    return Math.max(0, this.#busyUntil[side] - this.now) * this.conditions.rate;
  }

  /** Runs until `done` holds or the virtual time is `until`. */
  run(until: number, done: () => boolean = () => false): boolean {
    for (;;) {
      for (const node of this.#sides.keys()) this.#drain(node);
      if (done()) return true;
      let next = this.#flights.nextTime();
      for (const at of this.#wakeAt.values()) next = Math.min(next, at);
      if (next > until) {
        this.now = until;
        return false;
      }
      this.now = Math.max(this.now, next);
      this.#deliver();
      for (const [node, at] of this.#wakeAt) {
        if (at > this.now) continue;
        this.#wantedAt.delete(node);
        this.#wakeAt.set(node, Number.POSITIVE_INFINITY);
        this.#take(node, node.endpoint.handleTimeout(this.now));
      }
    }
  }

  #drain(node: Node): void {
    for (;;) {
      this.#take(node, node.endpoint.takeEvents());
      const transmit = node.endpoint.pollTransmit(this.now, this.#slab, SEGMENTS_PER_SEND);
      if (transmit === undefined) break;
      for (let at = 0; at < transmit.bytes; at += MAX_DATAGRAM_BYTES) {
        node.sent++;
        this.#send(node, this.#slab.slice(at, Math.min(transmit.bytes, at + MAX_DATAGRAM_BYTES)));
      }
    }
    const at = node.endpoint.nextTimeout();
    if (at === this.#wantedAt.get(node)) return;
    this.#wantedAt.set(node, at);
    this.#wakeAt.set(node, Math.max(at, this.now) + this.random() * TIMER_MS);
  }

  #send(node: Node, bytes: Uint8Array): void {
    const { delayMs, loss, reorder, rate, queueBytes } = this.conditions;
    const side = this.#sides.get(node)!;
    const length = bytes.length + HEADERS_BYTES;
    const busy = Math.max(this.#busyUntil[side], this.now);
    if (this.random() < loss) return;
    if ((busy - this.now) * rate + length > queueBytes) {
      this.dropped++;
      return;
    }
    this.#busyUntil[side] = busy + length / rate;
    const late = this.random() < reorder ? (delayMs / 4) * (1 + this.random()) : 0;
    const flight: Flight = { from: node, to: this.#peers.get(node)!, bytes };
    this.#flights.push(this.#busyUntil[side] + delayMs + late, 0, 0, 0, 0, flight);
  }

  #deliver(): void {
    while (this.#flights.nextTime() <= this.now && this.#flights.pop()) {
      const { from, to, bytes } = this.#flights.payload as Flight;
      const path = { socket: 0, host: from.host, port: from.ports[0]! };
      for (let at = 0; at < bytes.length; ) {
        const length = packetBytes(bytes, at, bytes.length - at);
        this.#take(to, to.endpoint.handleDatagram(bytes, at, length, path, this.now));
        at += length;
      }
    }
  }

  #take(node: Node, events: Parameters<Node['onEvent']>[0][] | readonly Parameters<Node['onEvent']>[0][]): void {
    for (const event of events) node.onEvent(event);
  }
}
