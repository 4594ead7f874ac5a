import { hash } from 'node:crypto';
import { fingerprint, formatRecoveryKey, nodeSuite, parseRecoveryKey, publicKeysOf } from '@p2pimg/identity';
import type { Address } from '@p2pimg/transport';
import type { ActiveUser, CallArgs, CallName, CallResult, Delivery, RightsChange } from '../core/calls.ts';
import { ClientError } from '../core/errors.ts';
import type { News, Progress } from '../core/news.ts';
import type { AskedRequest, HistoryEntry, QueuedRequest, ReceivedOffer } from '../core/records.ts';
import type { SharingMode } from '../core/sharing/mode.ts';
import { type BackupOptions, type BackupReport, backUpProfile } from './backup.ts';
import type { EncodeOptions, Links, PeerImage, Registered, SharedRight, Shown } from './client-types.ts';
import type { Connection } from './connection.ts';
import { defaultPicture } from './default-picture.ts';
import type { Driver } from './driver.ts';
import type { Handles } from './handles.ts';
import {
  type KnownContact,
  knownContacts,
  type OwnPicture,
  ownPictures,
  peerImages,
  sharedRights,
} from './listings.ts';
import { pictureKind } from './picture-kind.ts';
import type { PictureThread } from './picture-thread.ts';
import type { Profile } from './profile.ts';
import { pictureName, readPicture } from './read-picture.ts';

/**
 * One person's client: a profile on disk, a UDP port, links to all servers. Methods reject with subclasses of `ClientError`.
 * Whatever has to reach a peer is stored first; `delivery` tells whether the peer has it, the directory keeps it, or it waits.
 */
export class Client {
  readonly #profile: Profile;
  readonly #connection: Connection;
  readonly #driver: Driver;
  readonly #handles: Handles;
  readonly #pictures: PictureThread;
  readonly #listeners: Set<(news: News) => void>;

  /** For {@link openClient}. */
  constructor(parts: {
    readonly profile: Profile;
    readonly connection: Connection;
    readonly driver: Driver;
    readonly handles: Handles;
    readonly pictures: PictureThread;
    readonly listeners: Set<(news: News) => void>;
  }) {
    this.#profile = parts.profile;
    this.#connection = parts.connection;
    this.#driver = parts.driver;
    this.#handles = parts.handles;
    this.#pictures = parts.pictures;
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
    return fingerprint(nodeSuite, publicKeysOf(this.#profile.keys.current));
  }

  /** The bound UDP parent port. */
  get address(): Address {
    return this.#connection.address;
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

  /** `recoveryKey`: told by the first call that succeeds, whatever became of earlier ones. @throws ClientError */
  async register(options: { readonly token?: string } = {}): Promise<Registered> {
    const recovery = await this.#profile.keys.keepFresh();
    const { clientId } = await this.#call('register', options);
    const recoveryKey = recovery && formatRecoveryKey(nodeSuite, recovery);
    await this.#profile.keys.told();
    return { clientId, recoveryKey };
  }

  /**
   * New keys in place of this client's: signed by the old ones, or by the recovery key when these are stolen. Peers that know the old keys
   * get an alarm and compare fingerprints; rights that were given are signed anew. Without an answer it goes on at the next sign-in.
   * @throws RecoveryKeyError, ClientError
   */
  async rotateKeys(options: { readonly recoveryKey?: string } = {}): Promise<{ readonly fingerprint: string }> {
    await this.#rotate(options.recoveryKey, undefined);
    return { fingerprint: this.fingerprint };
  }

  /**
   * Makes this new profile the client of that number, whose keys are lost: by its recovery key, as it was told at registration. Pictures and
   * rights come back from a backup only.
   * @throws RecoveryKeyError, ClientError
   */
  async recover(clientId: number, recoveryKey: string): Promise<{ readonly fingerprint: string }> {
    await this.#rotate(recoveryKey, clientId);
    return { fingerprint: this.fingerprint };
  }

  /** `news`: what came while this client was away, applied already. */
  signIn(): Promise<CallResult<'signIn'>> {
    return this.#call('signIn', {});
  }

  /** @param picture a path, or the bytes of a PNG or JPEG of at most 12 MiB @throws PictureError, ClientError */
  async encode(picture: string | Uint8Array, options: EncodeOptions = {}): Promise<CallResult<'encode'>> {
    const bytes = typeof picture === 'string' ? await readPicture(picture) : picture;
    const { mime } = pictureKind(bytes);
    const name = pictureName(picture, options.name);
    const handle = this.#handles.hold(bytes);
    const digest = hash('sha256', bytes);
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

  /** @param options `views`: fewer, or more, than were asked for; `mode`: who counts them, the cloud when it is left out */
  approve(
    id: string,
    options: { readonly views?: number; readonly mode?: SharingMode } = {},
  ): Promise<{ readonly delivery: Delivery }> {
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

  ownImages(): readonly OwnPicture[] {
    return ownPictures(this.#driver.core.model);
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
    return peerImages(this.#driver.core.model);
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
    return sharedRights(this.#driver.core.model);
  }

  changeRights(imageId: string, viewerId: number, change: RightsChange): Promise<CallResult<'changeRights'>> {
    return this.#call('changeRights', { imageId, viewerId, change });
  }

  /** Offers an own picture unasked. @param options `mode`: who counts the views, the cloud when it is left out */
  share(
    imageId: string,
    viewerId: number,
    views: number,
    options: { readonly mode?: SharingMode } = {},
  ): Promise<CallResult<'share'>> {
    return this.#call('share', { imageId, viewerId, views, ...options });
  }

  contacts(): readonly KnownContact[] {
    return knownContacts(this.#driver.core.model);
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

  /**
   * Copies this profile, as it is now, into a new folder, which is a profile itself. One that is put back later keeps what the cloud counts;
   * views held in advance or on trust come back with it.
   * @throws EEXIST, other errors of node:fs, PassphraseLengthError
   */
  backup(folder: string, options: BackupOptions = {}): Promise<BackupReport> {
    return backUpProfile(this.#profile, folder, options);
  }

  /** Offline in the directory; what waits in outboxes waits for the next sign-in. */
  shutdown(): Promise<{ readonly offline: boolean }> {
    return this.#call('shutdown', {});
  }

  /** Ends everything without a word to the directory: the lease runs out by itself. */
  async close(): Promise<void> {
    this.#driver.close();
    await this.#connection.close();
    await this.#pictures.close();
    await this.#profile.close();
  }

  async #rotate(typed: string | undefined, clientId: number | undefined): Promise<void> {
    const target = clientId === undefined ? {} : { clientId };
    if (typed === undefined) return void (await this.#call('rotateKeys', target));
    const recovery = this.#handles.hold(parseRecoveryKey(nodeSuite, typed).privateKey);
    try {
      await this.#call('rotateKeys', { ...target, recovery });
    } finally {
      this.#handles.release(recovery);
    }
  }

  #call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    onProgress?: (progress: Progress) => void,
  ): Promise<CallResult<N>> {
    return this.#driver.call(name, args, onProgress);
  }
}
