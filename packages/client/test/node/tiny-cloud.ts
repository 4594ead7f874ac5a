import { createHash } from 'node:crypto';
import {
  type ClusterKeyPair,
  createManifest,
  decodeRotation,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  nodeSuite,
  type ServerKeys,
  signManifest,
} from '@p2pimg/identity';
import { decodeGrant, openCloudShare, sealRelease } from '@p2pimg/rights';
import { type CompiledCover, compileCover, embed, type Raster } from '@p2pimg/stego';
import { openTransport, type Session, type Transport } from '@p2pimg/transport';
import {
  type AnyAck,
  decodeClientMessage,
  decodeUpload,
  encodeAck,
  encodeAssigned,
  fromBase64Url,
  fromHex,
  type Request,
  toBase64Url,
  toHex,
} from '@p2pimg/wire';
import { FakeCloud, type RotationFields } from '../sim/fake-cloud.ts';

interface Server {
  readonly id: string;
  readonly keys: ServerKeys;
  readonly transport: Transport;
  readonly sessions: Set<Session>;
}

/** Real sessions, pictures and cryptography in front of a directory in memory: enough of a cloud for a client, in this process. */
export class TinyCloud {
  readonly directory: FakeCloud;
  readonly manifest: Uint8Array;
  readonly #servers: readonly Server[];
  readonly #cluster: ClusterKeyPair;
  readonly #cover: CompiledCover;
  readonly #uploads = new Map<string, (bytes: Promise<Uint8Array>) => void>();

  private constructor(servers: readonly Server[], cluster: ClusterKeyPair, manifest: Uint8Array, coverSide: number) {
    this.#servers = servers;
    this.#cluster = cluster;
    this.manifest = manifest;
    this.directory = new FakeCloud((grant) => {
      const { grantId, ...fields } = decodeGrant(nodeSuite, fromBase64Url(grant));
      return { ...fields, grantId: toHex(grantId) };
    }, readRotation);
    this.#cover = compileCover(plainCover(coverSide));
  }

  /** @param coverSide pixels; a square of 160 hides some kilobytes */
  static async start(count = 2, coverSide = 160): Promise<TinyCloud> {
    const cluster = generateClusterKey(nodeSuite);
    let cloud: TinyCloud | undefined;
    const servers: Server[] = [];
    for (let i = 1; i <= count; i++) {
      const keys = generateServerKeys(nodeSuite);
      const sessions = new Set<Session>();
      const id = `s${i}`;
      const transport = await openTransport({
        keys: keys.box,
        bind: { host: '127.0.0.1', port: 0 },
        admit: () => ({ admit: true }),
        onSession: (session) => {
          sessions.add(session);
          cloud?.serve(id, session);
        },
      });
      servers.push({ id, keys, transport, sessions });
    }
    cloud = new TinyCloud(servers, cluster, manifestOf(servers, cluster), coverSide);
    return cloud;
  }

  /** Serves a session; only the first living server answers, as if the others had heard that it does. */
  serve(id: string, session: Session): void {
    session.setHandlers({
      onMessage: (bytes) => {
        const message = decodeClientMessage(bytes);
        if (message.kind !== 'request' || this.#servers[0]?.id !== id) return;
        const { request } = message;
        const gone = (): void => {}; // the client left before its answer
        if (request.type === 'encode') this.#encode(id, session, request).catch(gone);
        else
          this.#answer(session, this.directory.handle(id, toHex(session.remoteKey), request), request as Request).catch(
            gone,
          );
      },
      onTransfer: (transfer) => void this.#uploads.get(toHex(transfer.id))?.(transfer.accept()),
    });
  }

  async close(): Promise<void> {
    for (const { transport } of this.#servers) await transport.close();
  }

  async #answer(session: Session, ack: AnyAck, request: Request): Promise<void> {
    if (ack.status === 'success' && ack.type === 'release_view') {
      const { grant, nonce } = (request as Request<'release_view'>).body;
      const signed = decodeGrant(nodeSuite, fromBase64Url(grant));
      const share = await openCloudShare(signed, [this.#cluster]);
      const sealed = await sealRelease(nodeSuite, signed, fromHex(nonce), share);
      await session.sendMessage(encodeAck({ ...ack, body: { ...ack.body, share: toBase64Url(sealed) } }));
      return;
    }
    await session.sendMessage(encodeAck(ack));
  }

  async #encode(server: string, session: Session, { id, body }: Request<'encode'>): Promise<void> {
    if (this.#uploads.has(id)) return;
    const uploaded = new Promise<Uint8Array>((resolve) => this.#uploads.set(id, resolve));
    const lane = await session.openLane();
    await session.sendMessage(encodeAssigned({ type: 'assigned', id, server, lane: lane.id }));
    const { contentKey, picture } = decodeUpload(await uploaded);
    const { mime, imageId } = body;
    const stego = embed(this.#cover, picture, { key: contentKey, mime, name: 'picture' });
    const digest = createHash('sha256').update(stego).digest('hex');
    const result = session.sendTransfer({ id: fromHex(id), purpose: 'result', bytes: stego, lane });
    await session.sendMessage(
      encodeAck({ type: 'encode', id, server, status: 'success', body: { imageId, digest, bytes: stego.length } }),
    );
    await result.done;
    lane.close();
  }
}

/** A statement that its client could have made; the real cloud also looks up who had to sign. */
function readRotation(statement: string): RotationFields {
  const { clientId, from, to } = decodeRotation(fromBase64Url(statement));
  return { clientId, from: toHex(from.boxKey), to: toHex(to.boxKey), signTo: toHex(to.signKey) };
}

function manifestOf(servers: readonly Server[], clusterKey: ClusterKeyPair): Uint8Array {
  const issuedAt = Date.now();
  const entries = servers.map(({ id, keys, transport }) => ({
    id,
    host: '127.0.0.1',
    clientPort: transport.address.port,
    peerPort: transport.address.port,
    boxKey: keys.box.publicKey,
    signKey: keys.sign.publicKey,
  }));
  const terms = {
    issuedAt,
    expiresAt: issuedAt + 3_600_000,
    clusterKey,
    registration: 'open',
    servers: entries,
  } as const;
  return signManifest(nodeSuite, createManifest(nodeSuite, terms), generateSignPair(nodeSuite));
}

function plainCover(side: number): Raster {
  const [width, height] = [side, side];
  const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 251));
  return { width, height, rgba };
}
