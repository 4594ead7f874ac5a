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
import { toHex } from '@p2pimg/wire';

export interface PeerPortOptions {
  readonly keys: StaticKeys;
  readonly bind: Address;
  /** The other servers of the manifest, with the address of their peer port. */
  readonly peers: readonly { readonly server: ManifestServer; readonly address: Address }[];
  /** Pre-shared keys; the first is used for sessions from here, all for sessions to here. */
  readonly psks: readonly Uint8Array[];
  readonly onMessage: (from: string, bytes: Uint8Array) => void;
  /** The session with that server is gone. */
  readonly onDown: (peer: string) => void;
}

/**
 * Sessions with the other servers (SPEC S1). Of each two, the one with the lower key opens the session and keeps it up;
 * nobody but the manifest's servers is let in.
 */
export class PeerPort {
  readonly #transport: Transport;
  readonly #links: Link[] = [];
  readonly #sessions = new Map<string, Session>();
  readonly #options: PeerPortOptions;

  private constructor(transport: Transport, options: PeerPortOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  static async open(options: PeerPortOptions): Promise<PeerPort> {
    const { keys, bind, peers, psks } = options;
    const byKey = new Map(peers.map(({ server }) => [toHex(server.boxKey), server.id]));
    let port: PeerPort | undefined;
    const transport = await openTransport({
      keys,
      bind,
      admit: (publicKey) => {
        if (!byKey.has(toHex(publicKey))) return { admit: false };
        return psks.length === 0 ? { admit: true } : { admit: true, preSharedKeys: psks };
      },
      onSession: (session) => {
        const id = byKey.get(toHex(session.remoteKey));
        if (id !== undefined) port?.adopt(id, session);
      },
    });
    port = new PeerPort(transport, options);
    port.link();
    return port;
  }

  /** The session with that server, if there is one. */
  session(peer: string): Session | undefined {
    return this.#sessions.get(peer);
  }

  send(to: string, bytes: Uint8Array, reliable: boolean): void {
    const session = this.#sessions.get(to);
    if (session === undefined) return;
    if (!reliable && session.sendDatagram(bytes)) return;
    session.sendMessage(bytes).catch(() => {}); // the session ended: election notices
  }

  setSilent(silent: boolean): void {
    this.#transport.setSilent(silent);
  }

  stats(): TransportStats {
    return this.#transport.stats();
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.close();
    await this.#transport.close();
  }

  private link(): void {
    const { keys, peers, psks } = this.#options;
    const own = toHex(keys.publicKey);
    const preSharedKey = psks[0];
    for (const { server, address } of peers) {
      if (toHex(server.boxKey) < own) continue;
      const target = { address, publicKey: server.boxKey, ...(preSharedKey === undefined ? {} : { preSharedKey }) };
      const onUp = (session: Session): void => this.adopt(server.id, session);
      this.#links.push(openLink(this.#transport, { ...target, onUp }));
    }
  }

  private adopt(id: string, session: Session): void {
    this.#sessions.set(id, session);
    session.setHandlers({
      onMessage: (bytes) => this.#options.onMessage(id, bytes),
      onClose: () => {
        // A newer session may have taken its place already.
        if (this.#sessions.get(id) !== session) return;
        this.#sessions.delete(id);
        this.#options.onDown(id);
      },
    });
  }
}
