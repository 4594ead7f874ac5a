import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fingerprint, formatRecoveryKey, nodeSuite, publicKeysOf } from '@p2pimg/identity';
import { type Address, openTransport, type Transport, type TransportOptions } from '@p2pimg/transport';
import { fromHex, imageNameFromPath, isImageName, MAX_HIDDEN_FILE_BYTES, printable } from '@p2pimg/wire';
import type { ActiveUser, CallArgs, CallName, CallResult, Delivery, RightsChange } from '../core/calls.ts';
import { ClientError } from '../core/errors.ts';
import type { News, Progress } from '../core/news.ts';
import type { AskedRequest, Contact, HistoryEntry, OwnImage, QueuedRequest, ReceivedOffer } from '../core/records.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { left } from '../core/sharing/rights.ts';
import { type ClientConfig, settingsOf } from './config.ts';
import { defaultPicture } from './default-picture.ts';
import { Driver } from './driver.ts';
import { PictureError } from './errors.ts';
import { Handles } from './handles.ts';
import { Jobs } from './jobs.ts';
import { Network } from './network.ts';
import { pictureKind } from './picture-kind.ts';
import { openProfile, type Profile } from './profile.ts';

/** A picture of somebody else. */
export interface PeerImage {
  readonly imageId: string;
  readonly ownerId: number;
  readonly remaining: number;
  readonly receivedAt: number;
  readonly viewedAt: number | undefined;
}

/** What one viewer may do with one own picture, as far as this client knows. */
export interface SharedRight {
  readonly imageId: string;
  readonly viewerId: number;
  readonly remaining: number;
  readonly used: number;
  readonly revoked: boolean;
  readonly changedAt: number;
  readonly viewedAt: number | undefined;
}

/** A picture to show: decrypted in memory only. Do not store `bytes` of another's picture. */
export type Shown =
  | {
      readonly shown: 'picture';
      readonly bytes: Uint8Array;
      readonly mime: string;
      readonly remaining: number | undefined;
    }
  | {
      readonly shown: 'default';
      readonly bytes: Uint8Array;
      readonly mime: string;
      readonly reason: 'none_left' | 'revoked' | 'tampered';
      readonly remaining: number;
    };

export interface Registered {
  readonly clientId: number;
  /** For paper; told once, when the keys are new. */
  readonly recoveryKey: string | undefined;
}

export interface EncodeOptions {
  /** 1 … 64 letters, digits, spaces, `.`, `_`, `-`; from the path when it is left out. */
  readonly name?: string;
  /** A cover of the cloud, by name. */
  readonly cover?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** Servers by id, and whether there is a link to each. */
export type Links = Readonly<Record<string, boolean>>;

/**
 * One person's client: a profile on disk, a UDP port, links to all servers. Methods reject with subclasses of `ClientError`.
 * Whatever has to reach a peer is stored first; `delivery` tells whether the peer has it, the directory keeps it, or it waits.
 */
export class Client {
  readonly #profile: Profile;
  readonly #transport: Transport;
  readonly #driver: Driver;
  readonly #network: Network;
  readonly #handles: Handles;
  readonly #listeners: Set<(news: News) => void>;

  /** For {@link openClient}. */
  constructor(parts: {
    readonly profile: Profile;
    readonly transport: Transport;
    readonly driver: Driver;
    readonly network: Network;
    readonly handles: Handles;
    readonly listeners: Set<(news: News) => void>;
  }) {
    this.#profile = parts.profile;
    this.#transport = parts.transport;
    this.#driver = parts.driver;
    this.#network = parts.network;
    this.#handles = parts.handles;
    this.#listeners = parts.listeners;
  }

  /** The number that the directory has given; undefined before registration. */
  get clientId(): number | undefined {
    return this.#driver.core.model.self?.clientId;
  }

  get signedIn(): boolean {
    return this.#driver.core.signedIn;
  }

  /** What other people compare with what they see. */
  get fingerprint(): string {
    return fingerprint(nodeSuite, publicKeysOf(this.#profile.keys()));
  }

  /** The bound UDP parent port. */
  get address(): Address {
    return this.#transport.address;
  }

  get links(): Links {
    const up = this.#driver.core.serversUp;
    return Object.fromEntries(this.#profile.manifest.servers.map(({ id }) => [id, up.has(id)]));
  }

  /** Tells of what happens by itself; returns how to stop that. */
  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async register(options: { readonly token?: string } = {}): Promise<Registered> {
    const recovery = await this.#profile.keepKeys();
    const { clientId } = await this.#call('register', options);
    return { clientId, recoveryKey: recovery && formatRecoveryKey(nodeSuite, recovery) };
  }

  /** `news`: what came while this client was away, applied already. */
  signIn(): Promise<CallResult<'signIn'>> {
    return this.#call('signIn', {});
  }

  /** @param picture a path, or the bytes of a PNG or JPEG of at most 12 MiB @throws PictureError, ClientError */
  async encode(picture: string | Uint8Array, options: EncodeOptions = {}): Promise<CallResult<'encode'>> {
    const bytes = typeof picture === 'string' ? await readPicture(picture) : picture;
    const { mime } = pictureKind(bytes);
    const name = nameOf(picture, options.name);
    const handle = this.#handles.hold(bytes);
    const digest = Buffer.from(nodeSuite.sha256(bytes)).toString('hex');
    const cover = options.cover === undefined ? {} : { cover: options.cover };
    try {
      return await this.#call(
        'encode',
        { name, bytes: handle, size: bytes.length, digest, mime, ...cover },
        options.onProgress,
      );
    } finally {
      this.#handles.release(handle);
    }
  }

  unpublish(imageId: string): Promise<void> {
    return this.#call('unpublish', { imageId });
  }

  activeUsers(): Promise<readonly ActiveUser[]> {
    return this.#call('activeUsers', {});
  }

  requestImage(ownerId: number, imageId: string, views: number): Promise<CallResult<'requestImage'>> {
    return this.#call('requestImage', { ownerId, imageId, views });
  }

  requestMore(imageId: string, views: number): Promise<CallResult<'requestMore'>> {
    return this.#call('requestMore', { imageId, views });
  }

  /** Requests of peers that wait for an answer, oldest first. */
  requests(): readonly QueuedRequest[] {
    return this.#driver.core.model.all('queue').filter(({ state }) => state === 'waiting');
  }

  /** @param options `views`: fewer, or more, than were asked for */
  approve(id: string, options: { readonly views?: number } = {}): Promise<{ readonly delivery: Delivery }> {
    return this.#call('approve', { id, ...options });
  }

  reject(id: string): Promise<{ readonly delivery: Delivery }> {
    return this.#call('reject', { id });
  }

  /** Requests of this client that no owner has answered yet. */
  openRequests(): readonly AskedRequest[] {
    return this.#driver.core.model.all('asked').filter(({ state }) => state === 'open' || state === 'granted');
  }

  /** Pictures that owners offer unasked. */
  offers(): readonly ReceivedOffer[] {
    return this.#driver.core.model.all('offer').filter(({ state }) => state === 'waiting');
  }

  accept(offerId: string): Promise<{ readonly delivery: Delivery }> {
    return this.#call('answerOffer', { id: offerId, accepted: true });
  }

  decline(offerId: string): Promise<{ readonly delivery: Delivery }> {
    return this.#call('answerOffer', { id: offerId, accepted: false });
  }

  ownImages(): readonly Pick<OwnImage, 'imageId' | 'state' | 'mime' | 'originalBytes' | 'bytes' | 'createdAt'>[] {
    return this.#driver.core.model.all('own').map(({ imageId, state, mime, originalBytes, bytes, createdAt }) => ({
      imageId,
      state,
      mime,
      originalBytes,
      bytes,
      createdAt,
    }));
  }

  /** The stego picture of an own image, as the cloud has made it: public, without its key. @throws ClientError `image_unknown` */
  async stego(imageId: string): Promise<Uint8Array> {
    const own = this.#driver.core.model.get('own', imageId);
    const held = this.#driver.core.model.get('held', imageId);
    const blob = own?.blob ?? held?.blob;
    if (blob === undefined) throw new ClientError('image_unknown', 'there is no such picture here');
    return this.#profile.blobs.read(blob);
  }

  peerImages(): readonly PeerImage[] {
    return this.#driver.core.model.all('held').map((held) => {
      const { imageId, ownerId, receivedAt, viewedAt } = held;
      return { imageId, ownerId, remaining: left(held), receivedAt, viewedAt };
    });
  }

  /** Spends a view, durably, and only then decrypts; own pictures cost nothing. */
  async view(imageId: string): Promise<Shown> {
    const outcome = await this.#call('view', { imageId });
    if (outcome.shown === 'picture') {
      const { picture, ...rest } = outcome;
      return { ...rest, bytes: this.#handles.take(picture) };
    }
    return { ...outcome, bytes: defaultPicture(), mime: 'image/png' };
  }

  /** Who has which of this client's pictures, and how many views are left as far as receipts tell. */
  sharedRights(): readonly SharedRight[] {
    return this.#driver.core.model.all('sent').map(({ imageId, viewerId, allowed, used, changedAt, viewedAt }) => {
      const remaining = Math.max(0, allowed - used);
      return { imageId, viewerId, remaining, used, revoked: allowed === 0, changedAt, viewedAt };
    });
  }

  changeRights(imageId: string, viewerId: number, change: RightsChange): Promise<CallResult<'changeRights'>> {
    return this.#call('changeRights', { imageId, viewerId, change });
  }

  /** Offers an own picture unasked. */
  share(imageId: string, viewerId: number, views: number): Promise<CallResult<'share'>> {
    return this.#call('share', { imageId, viewerId, views });
  }

  contacts(): readonly (Contact & { readonly fingerprint: string })[] {
    return this.#driver.core.model.all('contact').map((contact) => {
      const keys = { signKey: fromHex(contact.signKey), boxKey: fromHex(contact.boxKey) };
      return { ...contact, fingerprint: fingerprint(nodeSuite, keys) };
    });
  }

  block(clientId: number, blocked = true): Promise<void> {
    return this.#call('setBlocked', { clientId, blocked });
  }

  /** Believes the keys that the directory gives for that client from now on. */
  trust(clientId: number): Promise<void> {
    return this.#call('trustKeys', { clientId });
  }

  history(): readonly HistoryEntry[] {
    return this.#driver.core.model.all('history');
  }

  /** Things that still have to reach somebody. */
  get waiting(): number {
    return this.#driver.core.model.all('outbox').length;
  }

  /** Offline in the directory; what waits in outboxes waits for the next sign-in. */
  shutdown(): Promise<{ readonly offline: boolean }> {
    return this.#call('shutdown', {});
  }

  /** Ends everything without a word to the directory: the lease runs out by itself. */
  async close(): Promise<void> {
    this.#driver.close();
    this.#network.close();
    await this.#transport.close();
    await this.#profile.close();
  }

  #call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    onProgress?: (progress: Progress) => void,
  ): Promise<CallResult<N>> {
    return this.#driver.call(name, args, onProgress);
  }
}

/**
 * Opens a profile, binds the UDP port and starts linking to all servers. Nothing is sent before `register` or `signIn`.
 * @throws ClientConfigError, FileLockedError, errors of identity (keys, manifest), of node:fs, and EADDRINUSE
 */
export async function openClient(config: ClientConfig): Promise<Client> {
  const settings = settingsOf(config);
  const profile = await openProfile(config.profile, config.manifest, config.passphrase);
  const listeners = new Set<(news: News) => void>();
  let network: Network | undefined;
  try {
    const options: TransportOptions = {
      keys: profile.keys().box,
      bind: config.bind,
      admit: () => ({ admit: true }),
      onSession: (session) => network?.accept(session),
      ...(config.driver === undefined ? {} : { driver: config.driver }),
    };
    const transport = await openTransport(options);
    const { manifest, journal, blobs, ledger, keys } = profile;
    const handles = new Handles();
    const now = (): number => Date.now();
    const clusterKey = manifest.clusterKeys[0];
    if (clusterKey === undefined) throw new ClientError('failed', 'the manifest has no cluster key');
    const jobs = new Jobs({ keys, cloudId: manifest.cloudId, clusterKey, blobs, handles, ledger, now });
    const driver = new Driver({
      settings: {
        ...DEFAULT_SETTINGS,
        ...settings,
        servers: manifest.servers.map(({ id }) => id),
        cloudId: manifest.cloudId,
        host: config.advertise,
        port: transport.address.port,
      },
      journal,
      jobs,
      handles,
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      onNews: (news) => {
        for (const listener of [...listeners]) listener(news);
      },
    });
    const onMalformed = (from: string, error: Error): void => {
      const news: News = { kind: 'trouble', where: `a message of ${from}`, message: printable(error.message) };
      for (const listener of [...listeners]) listener(news);
    };
    network = new Network(transport, manifest, driver.dispatch, onMalformed);
    driver.attach(network);
    return new Client({ profile, transport, driver, network, handles, listeners });
  } catch (error) {
    await profile.close();
    throw error;
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(
      `${printable(path)}: ${error.code === 'ENOENT' ? 'no such file' : (error.code ?? 'cannot be read')}`,
      {
        cause: error,
      },
    );
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new PictureError(`${printable(path)} is not a file`);
    if (stats.size > MAX_HIDDEN_FILE_BYTES) {
      throw new PictureError(`the picture has ${stats.size} bytes; at most ${MAX_HIDDEN_FILE_BYTES} are allowed`);
    }
    return new Uint8Array(await handle.readFile());
  } finally {
    await handle.close();
  }
}

function nameOf(picture: string | Uint8Array, given: string | undefined): string {
  const name = given ?? (typeof picture === 'string' ? imageNameFromPath(picture) : undefined);
  if (name === undefined || !isImageName(name)) {
    throw new PictureError('a picture needs a name: 1 to 64 letters, digits, spaces, ".", "_" or "-"');
  }
  return name;
}
