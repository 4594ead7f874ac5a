import type { Actor, ActorAdapter, ActorIo, Birth, NodeId } from '@p2pimg/netsim';
import { connectionIdAt, MESSAGE_VERSIONS, PacketType, packetNumberAt, packetType } from '@p2pimg/wire';
import { Endpoint } from '../../src/core/endpoint.ts';
import type { EndpointEvent } from '../../src/core/events.ts';
import { type EndpointLimits, resolveLimits } from '../../src/core/limits.ts';
import { packetBytes } from '../../src/core/packet-bytes.ts';
import type { Path } from '../../src/core/path.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';

const PARENT_PORT = 8081;
const EPOCH_MS = 1_700_000_000_000;

export interface Datagram {
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type PeerEvent =
  | { readonly type: 'start' | 'timeout' }
  | { readonly type: 'datagram'; readonly datagram: Datagram }
  /** The address translation before this node forgets: it is seen under other ports, or another address, from now on. */
  | { readonly type: 'rebind'; readonly move: boolean };

/** What a program does with its endpoint. Called within one step; what it asks of the endpoint is sent at its end. */
export interface Program {
  start(now: number): void;
  on(event: EndpointEvent, now: number): void;
  /** Its own time-out; infinite if none. */
  nextTimeout(): number;
  handleTimeout(now: number): void;
}

/** The same for all lives of all nodes: breaks of the rules, and what was seen on the wire. */
export class Witness {
  readonly violations: string[] = [];
  readonly #numbers = new Map<number, Set<number>>();

  violate(text: string): void {
    if (this.violations.length < 5) this.violations.push(text);
  }

  /** No packet number is used twice towards one connection id. */
  sees(bytes: Uint8Array): void {
    const type = packetType(bytes, 0);
    if (type !== PacketType.control && type !== PacketType.data) return;
    const id = connectionIdAt(bytes, 0);
    const seen = this.#numbers.get(id) ?? new Set();
    this.#numbers.set(id, seen);
    const number = packetNumberAt(bytes, 0);
    if (seen.has(number)) this.violate(`packet number ${number} is used twice`);
    seen.add(number);
  }
}

/** One process: an endpoint, its sockets behind an address translation, and a program. */
export class SimPeer implements Actor<PeerEvent, Datagram> {
  readonly endpoint: Endpoint;
  readonly #witness: Witness;
  readonly #slab = new Uint8Array(16 * 1024);
  /** Ports outside by socket number. */
  readonly #ports: number[] = [];
  #host: string;
  #nextPort: number;
  program: Program | undefined;

  constructor(birth: Birth, limits: Partial<EndpointLimits>, witness: Witness) {
    this.#witness = witness;
    this.#host = hostOf(birth.node);
    this.#nextPort = 20_000 + birth.restarts * 1_000;
    this.#ports.push(PARENT_PORT);
    const { random } = birth;
    this.endpoint = new Endpoint({
      suite,
      random: (n) => Uint8Array.from({ length: n }, () => random.below(256)),
      privateKey: privateKeyOf(birth.node),
      limits: resolveLimits(limits),
      admit: () => ({ admit: true }),
      epochMs: EPOCH_MS,
      versions: MESSAGE_VERSIONS,
      receiveBuffer: 4 * 1024 * 1024,
    });
  }

  openSocket(): { readonly socket: number; readonly port: number } {
    this.#ports.push(this.#nextPort);
    return { socket: this.#ports.length - 1, port: this.#nextPort++ };
  }

  step(now: number, event: PeerEvent): readonly Datagram[] {
    if (event.type === 'start') this.program?.start(now);
    if (event.type === 'datagram') this.#receive(event.datagram, now);
    if (event.type === 'rebind') this.#rebind(event.move);
    if (this.endpoint.nextTimeout() <= now) this.#tell(this.endpoint.handleTimeout(now), now);
    if ((this.program?.nextTimeout() ?? Number.POSITIVE_INFINITY) <= now) this.program?.handleTimeout(now);
    return this.#drain(now);
  }

  nextTimeout(): number | undefined {
    const at = Math.min(this.endpoint.nextTimeout(), this.program?.nextTimeout() ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(at) ? at : undefined;
  }

  #rebind(move: boolean): void {
    if (move) this.#host = this.#host.replace(/^10\.(\d+)\./, (_, net: string) => `10.${Number(net) + 1}.`);
    for (let socket = 0; socket < this.#ports.length; socket++) this.#ports[socket] = this.#nextPort++;
  }

  #receive({ from, to, bytes }: Datagram, now: number): void {
    const socket = this.#ports.indexOf(to.port);
    // The translation knows nobody under this address.
    if (socket < 0 || to.host !== this.#host) return;
    const path: Path = { socket, host: from.host, port: from.port };
    for (let at = 0; at < bytes.length; ) {
      const length = packetBytes(bytes, at, bytes.length - at);
      this.#tell(this.endpoint.handleDatagram(bytes, at, length, path, now), now);
      at += length;
    }
  }

  #tell(events: readonly EndpointEvent[], now: number): void {
    for (const event of events) this.program?.on(event, now);
  }

  #drain(now: number): Datagram[] {
    const sent: Datagram[] = [];
    for (;;) {
      this.#tell(this.endpoint.takeEvents(), now);
      const transmit = this.endpoint.pollTransmit(now, this.#slab, 16);
      if (transmit === undefined) break;
      const { socket, host, port } = transmit.path;
      for (let at = 0; at < transmit.bytes; at += 1024) {
        const bytes = this.#slab.slice(at, Math.min(transmit.bytes, at + 1024));
        this.#witness.sees(bytes);
        sent.push({ from: { host: this.#host, port: this.#ports[socket]! }, to: { host, port }, bytes });
      }
    }
    this.#tell(this.endpoint.takeEvents(), now);
    return sent;
  }
}

/** `10.<moves>.0.<node>` */
const hostOf = (node: NodeId): string => `10.0.0.${node}`;
const nodeOf = (host: string): NodeId => Number(host.slice(host.lastIndexOf('.') + 1));

const privateKeyOf = (node: NodeId): Uint8Array => new Uint8Array(32).fill(node + 1);

export const targetOf = (node: NodeId): { publicKey: Uint8Array; path: Path } => ({
  publicKey: suite.keyPair(privateKeyOf(node)).publicKey,
  path: { socket: 0, host: hostOf(node), port: PARENT_PORT },
});

export function peerAdapter(
  limits: Partial<EndpointLimits>,
  witness: Witness,
  program: (peer: SimPeer, birth: Birth) => Program,
): ActorAdapter<PeerEvent, Datagram, Datagram> {
  return {
    create: (birth) => {
      const peer = new SimPeer(birth, limits, witness);
      peer.program = program(peer, birth);
      return peer;
    },
    start: { type: 'start' },
    timeout: { type: 'timeout' },
    message: (_from, datagram) => ({ type: 'datagram', datagram }),
    perform: (datagram, io: ActorIo<PeerEvent, Datagram>) => io.send(nodeOf(datagram.to.host), datagram),
  };
}
