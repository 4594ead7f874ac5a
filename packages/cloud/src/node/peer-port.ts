import type { ManifestServer } from '@p2pimg/identity';
import {
  type Address,
  type Link,
  openLink,
  openTransport,
  type Session,
  type StaticKeys,
  type Transport,
  type TransportStats,
} from '@p2pimg/transport';
import { type ElectionNotice, encodeServerMessage, type RequestNotice, toHex, type VersionRange } from '@p2pimg/wire';
import { type NoticeBatch, NoticeBatches } from '../core/notice-batches.ts';
import type { Incompatible } from './client-port.ts';

/**
 * Heartbeats are not acknowledged: whether a server has started again, and has lost the session, is asked this often. It could
 * not join before.
 */
const PING_MS = 250;

/** Another server of the manifest, with the address of its peer port. */
export interface Peer {
  readonly server: ManifestServer;
  readonly address: Address;
}

export interface PeerPortOptions {
  readonly keys: StaticKeys;
  readonly bind: Address;
  /** The other servers of the manifest. */
  readonly peers: readonly Peer[];
  /** Pre-shared keys; the first is used for sessions from here, all for sessions to here. */
  readonly psks: readonly Uint8Array[];
  readonly versions: VersionRange;
  readonly onMessage: (from: string, bytes: Uint8Array, version: number) => void;
  readonly onIncompatible: Incompatible;
  /** The session with that server is gone. */
  readonly onDown: (peer: string) => void;
}

/**
 * Sessions with the other servers (SPEC S1). Of each two, the one with the lower key opens the session and keeps it up;
 * nobody but the manifest's servers is let in.
 */
export class PeerPort {
  readonly #transport: Transport;
  /** By peer; who is called from here, and how. */
  readonly #links = new Map<string, { readonly name: string; readonly link: Link }>();
  /** By box key, hexadecimal. */
  readonly #ids = new Map<string, string>();
  readonly #sessions = new Map<string, Session>();
  readonly #options: PeerPortOptions;
  readonly #notices: NoticeBatches = new NoticeBatches();

  private constructor(transport: Transport, options: PeerPortOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  static async open(options: PeerPortOptions): Promise<PeerPort> {
    const { keys, bind, peers, psks, versions } = options;
    let port: PeerPort | undefined;
    const transport = await openTransport({
      keys,
      bind,
      versions,
      onIncompatible: (key, { host }, theirs) => options.onIncompatible(port?.idOf(key) ?? host, theirs),
      admit: (publicKey) => {
        if (port?.idOf(publicKey) === undefined) return { admit: false };
        return psks.length === 0 ? { admit: true } : { admit: true, preSharedKeys: psks };
      },
      onSession: (session) => {
        port?.welcome(session);
      },
    });
    port = new PeerPort(transport, options);
    port.setPeers(peers);
    return port;
  }

  /** The session with that server, if there is one. */
  session(peer: string): Session | undefined {
    return this.#sessions.get(peer);
  }

  send(to: string, message: ElectionNotice, reliable: boolean): void {
    const session = this.#sessions.get(to);
    if (session === undefined) return;
    const bytes = encodeServerMessage(message, { version: session.version });
    if (!reliable && session.sendDatagram(bytes)) return;
    session.tell(bytes); // when the session ends, election notices
  }

  /**
   * Tells those peers, in one message with whatever else comes about while the same batch of datagrams or answers is looked at. Not later:
   * a client that comes back after an error must not be there before the peers know of it.
   */
  notify(to: readonly string[], notice: RequestNotice): void {
    const isFirst = this.#notices.isEmpty;
    this.#notices.add(to, notice);
    if (!isFirst) return;
    queueMicrotask(() => {
      for (const batch of this.#notices.take()) this.#sendToAll(batch);
    });
  }

  /** Written once for neighbours in the list who speak the same version. */
  #sendToAll({ to, message }: NoticeBatch): void {
    let written: Uint8Array | undefined;
    let writtenIn = 0;
    for (const id of to) {
      const session = this.#sessions.get(id);
      if (session === undefined) continue;
      const { version } = session;
      if (written === undefined || version !== writtenIn) written = encodeServerMessage(message, { version });
      writtenIn = version;
      session.tell(written);
    }
  }

  setSilent(silent: boolean): void {
    this.#transport.setSilent(silent);
  }

  stats(): TransportStats {
    return this.#transport.stats();
  }

  async close(): Promise<void> {
    for (const { link } of this.#links.values()) link.close();
    await this.#transport.close();
  }

  /** Another manifest: who is new is let in and called, who is gone is closed. */
  setPeers(peers: readonly Peer[]): void {
    const { keys, psks } = this.#options;
    const own = toHex(keys.publicKey);
    const preSharedKey = psks[0];
    this.#ids.clear();
    for (const { server } of peers) this.#ids.set(toHex(server.boxKey), server.id);
    const called = peers.filter(({ server }) => toHex(server.boxKey) > own);
    const wanted = new Map(called.map((peer) => [peer.server.id, nameOf(peer)]));
    for (const [id, { name, link }] of this.#links) {
      if (wanted.get(id) === name) continue;
      link.close();
      this.#links.delete(id);
    }
    for (const [id, session] of this.#sessions) if (this.#ids.get(toHex(session.remoteKey)) !== id) session.close();
    for (const peer of called) {
      const { server, address } = peer;
      if (this.#links.has(server.id)) continue;
      const target = { address, publicKey: server.boxKey, ...(preSharedKey === undefined ? {} : { preSharedKey }) };
      const onUp = (session: Session): void => this.welcome(session);
      this.#links.set(server.id, {
        name: nameOf(peer),
        link: openLink(this.#transport, { ...target, pingMs: PING_MS, onUp }),
      });
    }
  }

  /** Which server of the manifest has that key. */
  private idOf(publicKey: Uint8Array): string | undefined {
    return this.#ids.get(toHex(publicKey));
  }

  private welcome(session: Session): void {
    const id = this.idOf(session.remoteKey);
    if (id === undefined) session.close();
    else this.adopt(id, session);
  }

  private adopt(id: string, session: Session): void {
    this.#sessions.set(id, session);
    session.setHandlers({
      onMessage: (bytes) => this.#options.onMessage(id, bytes, session.version),
      onClose: () => {
        // A newer session may have taken its place already.
        if (this.#sessions.get(id) !== session) return;
        this.#sessions.delete(id);
        this.#options.onDown(id);
      },
    });
  }
}

/** Changes with whatever the link depends on. */
function nameOf({ server, address }: Peer): string {
  return `${toHex(server.boxKey)} ${address.host} ${address.port}`;
}
