/** Messages between the core and the transport: links to all servers, sessions with peers. */

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Manifest } from '@p2pimg/identity';
import { type Address, type Link, openLink, type Session, type Transport } from '@p2pimg/transport';
import {
  type AnyPeerRequest,
  type AnyRequest,
  decodeCloudMessage,
  decodePeerMessage,
  encodeCancel,
  encodePeerAck,
  encodePeerRequest,
  encodeRequest,
  fromHex,
  type MessageOptions,
  type PeerAck,
  toHex,
  UnsupportedVersionError,
  type VersionRange,
  WireError,
} from '@p2pimg/wire';
import { type Dispatch, Sessions } from './sessions.ts';

/** A peer's transport that has not acknowledged a message for so long may have restarted: a new session is tried beside the old. */
const HEDGE_MS = 1_500;
const MAX_ANSWER_BYTES: number = 8 * 1024 * 1024;

export class Network {
  readonly sessions: Sessions;
  readonly #transport: Transport;
  readonly #dispatch: Dispatch;
  readonly #onMalformed: (from: string, error: WireError) => void;
  readonly #links: Link[] = [];
  readonly #serverKeys: ReadonlySet<string>;
  /** What was sent last: a request goes to all servers, and is written once for those that speak the same version. */
  #last: { readonly request: AnyRequest; readonly version: number; readonly bytes: Uint8Array } | undefined;
  #closed = false;

  constructor(
    transport: Transport,
    manifest: Manifest,
    dispatch: Dispatch,
    onMalformed: (from: string, error: WireError) => void,
  ) {
    this.#transport = transport;
    this.#dispatch = (event) => {
      if (!this.#closed) dispatch(event); // another network may have taken this one's place
    };
    this.#onMalformed = onMalformed;
    this.sessions = new Sessions(this.#dispatch);
    this.#serverKeys = new Set(manifest.servers.map(({ boxKey }) => toHex(boxKey)));
    for (const server of manifest.servers) void this.#linkTo(server);
  }

  /** A session that somebody else has opened. */
  accept(session: Session): void {
    const key = toHex(session.remoteKey);
    // A server has no business to call a client: whoever says to be one there is not believed.
    if (this.#serverKeys.has(key)) session.close();
    else this.#addPeer(key, session);
  }

  /** Somebody speaks no version of messages that this client speaks: one of the two programs is too old. */
  incompatible(publicKey: Uint8Array, { lowest, highest }: VersionRange): void {
    const key = toHex(publicKey);
    const who = this.#serverKeys.has(key) ? 'a server' : `peer ${key.slice(0, 8)}`;
    this.#onMalformed(who, new UnsupportedVersionError(`speaks versions ${lowest} to ${highest} only`));
  }

  sendCloud(server: string, request: AnyRequest): void {
    this.#toServer(server, (version) => {
      if (this.#last?.request !== request || this.#last.version !== version)
        this.#last = { request, version, bytes: encodeRequest(request, { version }) };
      return this.#last.bytes;
    });
  }

  cancelCloud(server: string, id: string): void {
    this.#toServer(server, (version) => encodeCancel({ type: 'cancel', id }, { version }));
  }

  /** Resolves when the peer's transport has the message. */
  async sendPeer(peer: string, address: Address, request: AnyPeerRequest): Promise<void> {
    const known = this.sessions.of({ peer }).find(({ remoteAddress }) => sameAddress(remoteAddress, address));
    if (known === undefined) return this.#connectAndSend(peer, address, request);
    const sent = known.sendMessage(encodePeerRequest(request, { version: known.version }));
    if (await isSettledWithin(sent, HEDGE_MS)) {
      // A session that is found closed says nothing about the peer: a new one does.
      return sent.catch(() => this.#connectAndSend(peer, address, request));
    }
    return Promise.any([sent, this.#connectAndSend(peer, address, request, known)]).catch((error: AggregateError) =>
      Promise.reject(error.errors[0]),
    );
  }

  answerPeer(peer: string, ack: PeerAck): void {
    const [session] = this.sessions.of({ peer });
    // Without a session the peer is gone; it asks again under the same id.
    session?.sendMessage(encodePeerAck(ack, { version: session.version })).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links) link.close();
    this.sessions.close();
  }

  async #linkTo({ id: server, host, clientPort, boxKey }: Manifest['servers'][number]): Promise<void> {
    const address = { host: await addressOf(host), port: clientPort };
    if (this.#closed) return;
    const link = openLink(this.#transport, {
      address,
      publicKey: boxKey,
      onUp: (session) => {
        this.sessions.add(
          { server },
          session,
          (bytes) => this.#fromServer(server, bytes, { version: session.version }),
          (bytes) => this.#fromServer(server, bytes, { version: session.version, limit: MAX_ANSWER_BYTES }),
        );
        this.#dispatch({ kind: 'cloudUp', server });
      },
      onDown: () => this.#dispatch({ kind: 'cloudDown', server }),
    });
    this.#links.push(link);
  }

  #toServer(server: string, encode: (version: number) => Uint8Array): void {
    const [session] = this.sessions.of({ server });
    // Not sent, or not arrived: the core sends again, to whoever is there then.
    session?.sendMessage(encode(session.version)).catch(() => {});
  }

  #fromServer(server: string, bytes: Uint8Array, options: MessageOptions): void {
    this.#decode(server, () =>
      this.#dispatch({ kind: 'cloudMessage', server, message: decodeCloudMessage(bytes, options) }),
    );
  }

  /** @param replaces a session that the peer may have lost: it lives on if the peer was only slow */
  async #connectAndSend(peer: string, address: Address, request: AnyPeerRequest, replaces?: Session): Promise<void> {
    const target = { address, publicKey: fromHex(peer) };
    const session = this.#transport.connect(replaces === undefined ? target : { ...target, replaces });
    await session.opened;
    this.#addPeer(peer, session);
    await session.sendMessage(encodePeerRequest(request, { version: session.version }));
  }

  #addPeer(peer: string, session: Session): void {
    this.sessions.add({ peer }, session, (bytes) =>
      this.#decode(`peer ${peer.slice(0, 8)}`, () =>
        this.#dispatch({
          kind: 'peerMessage',
          peer,
          address: session.remoteAddress,
          message: decodePeerMessage(bytes, { version: session.version }),
        }),
      ),
    );
  }

  #decode(from: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#onMalformed(from, error);
    }
  }
}

function sameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}

async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  for (;;) {
    try {
      return (await lookup(host)).address;
    } catch {
      // No name service now: the servers are asked again, as with a link that is down.
      await new Promise((resolve) => setTimeout(resolve, 2_000).unref());
    }
  }
}

async function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
