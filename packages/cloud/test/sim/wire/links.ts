import { createHash } from 'node:crypto';
import type { Birth, NodeId } from '@p2pimg/netsim';
import { nodeCryptoSuite } from '@p2pimg/transport';
import { Endpoint, type EndpointEvent, resolveLimits } from '@p2pimg/transport/core';
import { MESSAGE_VERSIONS, toHex } from '@p2pimg/wire';

type Session = ReturnType<Endpoint['connect']>;

const PARENT_PORT = 8081;
const RETRY_MS = 100;
/** As `PeerPort` does. */
const PING_MS = 250;

/** The private key of a node: the same after each of its restarts. */
function privateKeyOf(node: NodeId): Uint8Array {
  return createHash('sha256').update(`node ${node}`).digest();
}

/** One node's sessions with all others, over the real transport: real handshakes, real sealing, no sockets. */
export class Links {
  readonly endpoint: Endpoint;
  /** Peers that this node calls, and when it calls them again. */
  readonly #retryAt = new Map<NodeId, number>();
  readonly #attempts = new Map<NodeId, Session>();
  readonly #sessions = new Map<NodeId, Session>();
  #pingAt: number;
  readonly #publicKeys: ReadonlyMap<NodeId, Uint8Array>;
  readonly #nodes: ReadonlyMap<string, NodeId>;

  /** @param called whom it calls; everybody else of `all` calls this node */
  constructor({ random, node, now }: Birth, all: readonly NodeId[], called: readonly NodeId[], wallMs: number) {
    this.#publicKeys = publicKeysOf(all);
    this.#nodes = new Map([...this.#publicKeys].map(([id, key]) => [toHex(key), id]));
    this.endpoint = new Endpoint({
      suite: nodeCryptoSuite,
      random: (length) => Uint8Array.from({ length }, () => random.below(256)),
      privateKey: privateKeyOf(node),
      limits: resolveLimits({}),
      admit: (publicKey) => ({ admit: this.#nodes.has(toHex(publicKey)) }),
      epochMs: wallMs - now,
      versions: MESSAGE_VERSIONS,
      receiveBuffer: 4 * 1024 * 1024,
    });
    this.#pingAt = now + PING_MS;
    for (const peer of called) this.#call(now, peer);
  }

  /** Reliable as long as the session lives; without one it is dropped, as by a server. */
  send(to: NodeId, bytes: Uint8Array, reliable: boolean): void {
    const session = this.#sessions.get(to);
    if (session?.state !== 'established') return;
    if (reliable || !session.sendDatagram(bytes)) session.sendMessage(bytes);
  }

  receive(now: number, from: NodeId, bytes: Uint8Array): readonly (readonly [NodeId, Uint8Array])[] {
    const path = { socket: 0, host: String(from), port: PARENT_PORT };
    return this.#take(now, this.endpoint.handleDatagram(bytes, 0, bytes.length, path, now));
  }

  timeout(now: number): readonly (readonly [NodeId, Uint8Array])[] {
    if (now >= this.#pingAt) this.#ping(now);
    for (const [peer, at] of [...this.#retryAt]) if (now >= at) this.#call(now, peer);
    return this.endpoint.nextTimeout() <= now ? this.#take(now, this.endpoint.handleTimeout(now)) : [];
  }

  nextTimeout(): number {
    return Math.min(this.endpoint.nextTimeout(), this.#pingAt, ...this.#retryAt.values());
  }

  #ping(now: number): void {
    this.#pingAt = now + PING_MS;
    for (const session of this.#sessions.values()) {
      if (session.initiator && session.state === 'established') session.ping();
    }
  }

  #call(now: number, peer: NodeId): void {
    this.#retryAt.delete(peer);
    const path = { socket: 0, host: String(peer), port: PARENT_PORT };
    const target = { publicKey: this.#publicKeys.get(peer)!, path };
    const replaces = this.#sessions.get(peer);
    this.#attempts.set(peer, this.endpoint.connect(replaces === undefined ? target : { ...target, replaces }, now));
  }

  #take(now: number, events: readonly EndpointEvent[]): readonly (readonly [NodeId, Uint8Array])[] {
    const messages: (readonly [NodeId, Uint8Array])[] = [];
    for (const event of events) {
      const peer = this.#nodes.get(toHex(event.session.remoteKey));
      if (peer === undefined) throw new Error('a session with a stranger');
      switch (event.type) {
        case 'established':
          this.#attempts.delete(peer);
          this.#sessions.get(peer)?.close('local', now);
          this.#sessions.set(peer, event.session);
          break;
        case 'incoming':
          this.#sessions.set(peer, event.session);
          break;
        case 'unresponsive':
          if (this.#sessions.get(peer) === event.session && this.#calls(peer)) this.#call(now, peer);
          break;
        case 'closed':
          this.#closed(now, peer, event.session);
          break;
        case 'message':
          messages.push([peer, event.bytes.slice()]);
          break;
      }
    }
    return messages;
  }

  #closed(now: number, peer: NodeId, session: Session): void {
    const attempt = this.#attempts.get(peer) === session;
    const current = this.#sessions.get(peer) === session;
    if (attempt) this.#attempts.delete(peer);
    if (current) this.#sessions.delete(peer);
    const kept = attempt && this.#sessions.get(peer)?.isSilent(now) === false;
    if ((attempt || current) && !kept && session.initiator) this.#retryAt.set(peer, now + RETRY_MS);
  }

  #calls(peer: NodeId): boolean {
    return this.#sessions.get(peer)?.initiator === true && !this.#attempts.has(peer);
  }
}

const KEYS = new Map<NodeId, Uint8Array>();

function publicKeysOf(nodes: readonly NodeId[]): ReadonlyMap<NodeId, Uint8Array> {
  return new Map(
    nodes.map((node) => {
      const key = KEYS.get(node) ?? nodeCryptoSuite.keyPair(privateKeyOf(node)).publicKey;
      KEYS.set(node, key);
      return [node, key];
    }),
  );
}
