import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type ClientKeys, nodeSuite, openManifest, publicKeysOf, readClientKeys } from '@p2pimg/identity';
import { issueGrant } from '@p2pimg/rights';
import { type Lane, openTransport, type Session, type Transport } from '@p2pimg/transport';
import { decodePeerMessage, encodePeerRequest, fromHex, type PeerAck, toBase64Url } from '@p2pimg/wire';
import { partId } from '../../src/core/sharing/parts.ts';
import type { Person } from './people.ts';

/** Has an owner's keys and a program of its own: what it says is signed, and may be anything. */
export class EvilOwner {
  readonly #keys: ClientKeys;
  readonly #transport: Transport;
  readonly #session: Session;
  readonly #lanes: Lane[] = [];
  readonly #acks: PeerAck[] = [];
  #wake: () => void = () => {};

  private constructor(keys: ClientKeys, transport: Transport, session: Session) {
    this.#keys = keys;
    this.#transport = transport;
    this.#session = session;
    session.setHandlers({
      onMessage: (bytes) => {
        const message = decodePeerMessage(bytes);
        if (message.kind === 'ack') this.#acks.push(message.ack);
        this.#wake();
      },
      onLane: (lane) => {
        this.#lanes.push(lane);
        this.#wake();
      },
    });
  }

  /** In the place of a client that has been closed. */
  static async inPlaceOf(owner: Person, viewer: Person): Promise<EvilOwner> {
    const transport = await openTransport({
      keys: (await keysOf(owner)).box,
      bind: { host: '127.0.0.1', port: 0 },
      admit: () => ({ admit: false }),
      onSession: () => {},
    });
    const publicKey = (await keysOf(viewer)).box.publicKey;
    const session = transport.connect({ address: viewer.client.address, publicKey });
    await session.opened;
    return new EvilOwner(await keysOf(owner), transport, session);
  }

  /** A message as it is. */
  say(json: object): Promise<void> {
    return this.#session.sendMessage(new TextEncoder().encode(JSON.stringify(json)));
  }

  /** Answers client 2's request for `client1-puppy` with these bytes, under rights that are in order; resolves to why they were refused. */
  async sendPicture(requestId: string, bytes: Uint8Array, viewer: Person, manifest: Uint8Array): Promise<string> {
    const imageId = 'client1-puppy';
    const contentHash = createHash('sha256').update(bytes).digest();
    const terms = {
      mode: 'witnessed',
      ...{ offlineViews: 0, expiresAt: 0, version: 1, allowed: 5 },
      ...{ ownerId: 1, viewerId: 2, viewer: publicKeysOf(await keysOf(viewer)), imageId, contentHash },
      issuedAt: Date.now(),
    } as const;
    const clusterKey = openManifest(nodeSuite, manifest).manifest.clusterKeys[0]!;
    const secrets = { owner: this.#keys.sign, contentKey: randomBytes(32), clusterKey };
    const { grant } = await issueGrant(nodeSuite, terms, secrets);
    const id = randomBytes(16).toString('hex');
    const rights = { views: 5, grant: toBase64Url(grant.bytes) };
    const file = { bytes: bytes.length, digest: contentHash.toString('hex'), mime: 'image/png' };
    const offer = { type: 'image_offer', id, body: { requestId, imageId, ...rights, ...file } } as const;
    await this.#session.sendMessage(encodePeerRequest(offer));
    const ack = await this.#until(() => this.#acks.find((each) => each.id === id));
    if (ack.status !== 'success') throw new Error(`the offer was refused: ${ack.error.code}`);
    const lane = await this.#until(() => this.#lanes.find((each) => each.id === ack.body.lane));
    await this.#session.sendTransfer({ id: fromHex(partId(id, 0)), purpose: 'image', bytes, lane }).done;
    const refused = await this.#until(() => this.#acks.find((each) => each.id === id && each.status === 'refused'));
    return refused.status === 'refused' ? refused.error.code : '';
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function keysOf({ folder }: Person): Promise<ClientKeys> {
  return readClientKeys(join(folder, 'keys.json'));
}
