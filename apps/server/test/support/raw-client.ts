import { readFile } from 'node:fs/promises';
import {
  type ClientKeys,
  generateClientKeys,
  type Manifest,
  type ManifestServer,
  nodeSuite,
  openManifest,
  proveRegistration,
} from '@p2pimg/identity';
import {
  type IncomingTransfer,
  type Lane,
  type Link,
  openLink,
  openTransport,
  type Session,
  type Transport,
} from '@p2pimg/transport';
import {
  type AnyAck,
  type AnyRequest,
  type Assigned,
  decodeCloudMessage,
  encodeRequest,
  fromHex,
  MAX_STEGO_BYTES,
  MESSAGE_VERSIONS,
  type RequestBodies,
  type RequestType,
  toHex,
  type VersionRange,
} from '@p2pimg/wire';

const RESEND_MS = 400;
const LIFETIME_MS = 60_000;

/** One request on its way: what has come back so far. */
interface Call {
  readonly ack: PromiseWithResolvers<AnyAck>;
  readonly assigned: Assigned[];
  readonly upload: Uint8Array | undefined;
  readonly onAssigned: ((assigned: Assigned) => void) | undefined;
  result: Uint8Array | undefined;
}

export interface Answer {
  readonly ack: AnyAck;
  readonly assigned: readonly Assigned[];
  readonly result: Uint8Array | undefined;
}

/** The least that speaks to a cloud: sends each request to all servers until one answers. */
export class RawClient implements AsyncDisposable {
  readonly keys: ClientKeys;
  readonly manifest: Manifest;
  readonly #transport: Transport;
  readonly #sessions = new Map<string, Session>();
  readonly #links: Link[] = [];
  readonly #lanes = new Map<Session, Map<number, PromiseWithResolvers<Lane>>>();
  readonly #calls = new Map<string, Call>();

  private constructor(keys: ClientKeys, manifest: Manifest, transport: Transport) {
    this.keys = keys;
    this.manifest = manifest;
    this.#transport = transport;
  }

  /**
   * @param versions of messages, that it speaks
   * @param host that its datagrams come from
   */
  static async open(
    manifestPath: string,
    versions: VersionRange = MESSAGE_VERSIONS,
    host = '127.0.0.1',
  ): Promise<RawClient> {
    const { manifest } = openManifest(nodeSuite, await readFile(manifestPath));
    const { keys } = generateClientKeys(nodeSuite);
    const bind = { host, port: 0 };
    const transport = await openTransport({
      keys: keys.box,
      bind,
      versions,
      admit: () => ({ admit: false }),
      onSession: () => {},
    });
    const client = new RawClient(keys, manifest, transport);
    for (const server of manifest.servers) client.#link(server);
    return client;
  }

  /** Keeps a session up: a server may come back at any time. */
  #link({ id, host, clientPort, boxKey }: ManifestServer): void {
    const onUp = (session: Session): void => {
      this.#sessions.set(id, session);
      session.setHandlers({
        onMessage: (bytes) => this.#onMessage(id, session.version, bytes),
        onLane: (lane) => this.#lane(session, lane.id).resolve(lane),
        onTransfer: (transfer) => this.#onTransfer(transfer),
      });
    };
    this.#links.push(openLink(this.#transport, { address: { host, port: clientPort }, publicKey: boxKey, onUp }));
  }

  async register(): Promise<number> {
    const id = toHex(nodeSuite.randomBytes(16));
    const { cloudId } = this.manifest;
    const keys = { signKey: this.keys.sign.publicKey, boxKey: this.keys.box.publicKey };
    const proof = proveRegistration(nodeSuite, this.keys.sign.privateKey, { cloudId, requestId: id, ...keys });
    const body = { signKey: toHex(keys.signKey), boxKey: toHex(keys.boxKey), proof: toHex(proof) };
    const { ack } = await this.call('register', body, { id });
    if (ack.type !== 'register' || ack.status !== 'success') throw new Error(JSON.stringify(ack));
    return ack.body.clientId;
  }

  /** Sends a request to all servers, again and again until it is answered. */
  async call<T extends RequestType>(
    type: T,
    body: RequestBodies[T],
    options: {
      readonly id?: string;
      readonly upload?: Uint8Array;
      readonly onAssigned?: (assigned: Assigned) => void;
    } = {},
  ): Promise<Answer> {
    const { id = toHex(nodeSuite.randomBytes(16)), upload, onAssigned } = options;
    const ack = Promise.withResolvers<AnyAck>();
    const call: Call = { ack, assigned: [], upload, onAssigned, result: undefined };
    this.#calls.set(id, call);
    const request = { type, id, notAfter: Date.now() + LIFETIME_MS, servers: [], tried: [], body };
    const send = (): void => {
      for (const session of this.#sessions.values()) {
        const bytes = encodeRequest(request as unknown as AnyRequest, { version: session.version });
        session.sendMessage(bytes).catch(() => {});
      }
    };
    send();
    const timer = setInterval(send, RESEND_MS);
    try {
      return { ack: await ack.promise, assigned: call.assigned, result: call.result };
    } finally {
      clearInterval(timer);
      this.#calls.delete(id);
    }
  }

  /** The version of messages of its session with that server. */
  versionWith(server: string): number | undefined {
    return this.#sessions.get(server)?.version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { ack } of this.#calls.values()) ack.reject(new Error('the client was closed'));
    for (const link of this.#links) link.close();
    await this.#transport.close();
  }

  #onMessage(server: string, version: number, bytes: Uint8Array): void {
    const message = decodeCloudMessage(bytes, { version });
    if (message.kind === 'ack') {
      this.#calls.get(message.ack.id)?.ack.resolve(message.ack);
      return;
    }
    const { assigned } = message;
    const call = this.#calls.get(assigned.id);
    if (call === undefined) return;
    call.assigned.push(assigned);
    if (assigned.lane !== undefined && call.upload !== undefined) {
      void this.#upload(server, assigned.id, assigned.lane, call.upload);
    }
    call.onAssigned?.(assigned);
  }

  async #upload(server: string, id: string, laneId: number, bytes: Uint8Array): Promise<void> {
    const session = this.#sessions.get(server);
    if (session === undefined) return;
    const lane = await this.#lane(session, laneId).promise;
    const transfer = session.sendTransfer({ id: fromHex(id), purpose: 'upload', bytes, lane });
    transfer.done.catch(() => {}); // the server died: another one asks for it again
  }

  #onTransfer(transfer: IncomingTransfer): void {
    const call = this.#calls.get(toHex(transfer.id));
    if (call === undefined || transfer.size > MAX_STEGO_BYTES) {
      transfer.refuse();
      return;
    }
    transfer.accept().then(
      (bytes) => {
        call.result = bytes;
      },
      () => {}, // the server died: another one sends it again
    );
  }

  #lane(session: Session, id: number): PromiseWithResolvers<Lane> {
    const lanes = this.#lanes.get(session) ?? new Map<number, PromiseWithResolvers<Lane>>();
    this.#lanes.set(session, lanes);
    const lane = lanes.get(id) ?? Promise.withResolvers<Lane>();
    lanes.set(id, lane);
    return lane;
  }
}
