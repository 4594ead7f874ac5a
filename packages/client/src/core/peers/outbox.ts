import type { Delivery } from '../calls.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError, PeerRefusedError, PeerUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { type OutboxEntry, type OutgoingCloudMessage, pairKey, remove, type SentGrant } from '../records.ts';
import { unpublished } from '../sharing/grants.ts';
import type { AddressBook, Peer } from './address-book.ts';
import type { Peers } from './peers.ts';

type Destination = OutboxEntry['to'];
export type PeerEntry = Extract<OutboxEntry, { readonly to: number }>;

/** Rights that the directory has in that version already, though other ones: they are issued again above it. False when that cannot be. */
export type Reissue = (sent: SentGrant, version: number) => Flow<boolean>;
/** Delivers a picture once the peer is known to be online. */
export type PictureSender = (peer: Peer, offerId: string) => Flow<void>;
/** What stood in an entry was refused for good. */
export type RefusalHandler = (entry: PeerEntry) => Flow<void>;

/** Longest pause between two attempts. */
const MAX_PAUSE_MS = 60_000;

/** Versions that are tried for one change: another device with the same profile may go on counting meanwhile. */
const MAX_REISSUES = 4;

/** What came of one attempt; `done` when nothing more has to be tried. */
interface Attempt {
  readonly delivery: Delivery;
  readonly done: boolean;
}

const DELIVERED: Attempt = { delivery: 'delivered', done: true };

interface Worker {
  /** Token of its pause; undefined while it works. */
  pause: number | undefined;
  again: boolean;
}

/**
 * What has been decided is told until it is known to have arrived: one worker for each destination, in order, over restarts.
 * A peer that is offline gets rights and refusals from the directory.
 */
export class Outbox {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #book: AddressBook;
  readonly #peers: Peers;
  readonly #sendPicture: PictureSender;
  readonly #onRefused: RefusalHandler;
  readonly #reissue: Reissue;
  readonly #workers = new Map<Destination, Worker>();
  /** Who waits to hear what came of an entry's next attempt. */
  readonly #watchers = new Map<string, number[]>();
  #running = false;

  constructor(
    context: Context,
    cloud: Cloud,
    book: AddressBook,
    peers: Peers,
    handlers: { readonly sendPicture: PictureSender; readonly onRefused: RefusalHandler; readonly reissue: Reissue },
  ) {
    this.#context = context;
    this.#cloud = cloud;
    this.#book = book;
    this.#peers = peers;
    this.#sendPicture = handlers.sendPicture;
    this.#onRefused = handlers.onRefused;
    this.#reissue = handlers.reissue;
  }

  /** Starts, or starts again, with everything that waits. */
  start(): void {
    this.#running = true;
    for (const to of new Set(this.#context.model.all('outbox').map((entry) => entry.to))) this.kick(to);
  }

  stop(): void {
    this.#running = false;
  }

  /** There is something for that destination, or it is known to be online now. */
  kick(to: Destination): void {
    if (!this.#running) return;
    const worker = this.#workers.get(to);
    if (worker === undefined) {
      const started: Worker = { pause: undefined, again: false };
      this.#workers.set(to, started);
      this.#context.flows.spawn(this.#work(to, started));
      return;
    }
    worker.again = true;
    if (worker.pause !== undefined) this.#context.flows.settle(worker.pause, undefined);
  }

  /** Kicks the destination of stored entries, and waits for what comes of the attempt at the last one. @throws PeerRefusedError, CloudRefusedError */
  *attempt(entries: readonly OutboxEntry[]): Flow<Delivery> {
    const last = entries.at(-1);
    if (last === undefined || !this.#running) return 'queued';
    const token = this.#context.flows.token();
    this.#watchers.set(last.id, [...(this.#watchers.get(last.id) ?? []), token]);
    for (const to of new Set(entries.map((entry) => entry.to))) this.#later(to);
    try {
      return yield* this.#context.flows.wait<Delivery>(token, this.#context.now + 2 * this.#context.settings.requestMs);
    } catch (error) {
      if (error instanceof WaitTimeoutError) return 'queued';
      throw error;
    }
  }

  /** Kicks once the caller waits, for an attempt may end at once. */
  #later(to: Destination): void {
    const context = this.#context;
    context.flows.spawn(
      (function* (outbox: Outbox) {
        yield* context.sleep(0);
        outbox.kick(to);
      })(this),
    );
  }

  *#work(to: Destination, worker: Worker): Flow<void> {
    let pause = this.#context.settings.outboxMs;
    try {
      for (;;) {
        worker.again = false;
        for (const entry of this.#context.model.all('outbox').filter((candidate) => candidate.to === to)) {
          if (!this.#running) return;
          yield* this.#try(entry);
        }
        if (!this.#context.model.all('outbox').some((entry) => entry.to === to) && !worker.again) return;
        if (worker.again) continue;
        worker.pause = this.#context.flows.token();
        try {
          yield* this.#context.flows.wait<void>(worker.pause, this.#context.now + pause);
          pause = this.#context.settings.outboxMs;
        } catch (error) {
          if (!(error instanceof WaitTimeoutError)) throw error;
          pause = Math.min(2 * pause, MAX_PAUSE_MS);
        } finally {
          worker.pause = undefined;
        }
      }
    } finally {
      this.#workers.delete(to);
    }
  }

  *#try(entry: OutboxEntry): Flow<void> {
    try {
      const { delivery, done } =
        entry.to === 'cloud' ? yield* this.#tellCloud(entry.message) : yield* this.#tellPeer(entry);
      // What was changed while it was told has still to be told.
      const isNewest = this.#context.model.get('outbox', entry.id) === entry;
      if (done && isNewest) yield* this.#context.commit(remove('outbox', entry.id));
      if (!isNewest) this.kick(entry.to);
      this.#tell(entry.id, (token) => this.#context.flows.settle(token, delivery));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (this.#isFinal(entry, error)) {
        if (entry.to !== 'cloud') yield* this.#onRefused(entry);
        yield* this.#context.commit(remove('outbox', entry.id));
        this.#context.trouble('outbox', error);
        this.#tell(entry.id, (token) => this.#context.flows.reject(token, error));
      } else {
        this.#tell(entry.id, (token) => this.#context.flows.settle(token, 'queued' satisfies Delivery));
      }
    }
  }

  #isFinal({ id }: OutboxEntry, error: ClientError): boolean {
    if (error instanceof PeerRefusedError || error instanceof CloudRefusedError) return true;
    // A question to nobody; what was decided stays, for a directory that was put back may yet hear of that client.
    const isQuestion = this.#context.model.get('asked', id) !== undefined;
    return error.code === 'rights_invalid' || (error.code === 'peer_unknown' && isQuestion);
  }

  #tell(entryId: string, how: (token: number) => void): void {
    const tokens = this.#watchers.get(entryId) ?? [];
    this.#watchers.delete(entryId);
    for (const token of tokens) how(token);
  }

  *#tellCloud(message: OutgoingCloudMessage): Flow<Attempt> {
    if (message.type === 'leave_notice') {
      const { to, noticeId, kind, imageId } = message;
      yield* this.#cloud.ask('leave_notice', { to, noticeId, kind, imageId });
      return DELIVERED;
    }
    return (yield* this.#publish(pairKey(message.imageId, message.viewerId)))
      ? DELIVERED
      : { delivery: 'queued', done: false };
  }

  /**
   * Publishes the newest rights of a pair; a later change has its own entry, and publishing it early does no harm. A directory that has a
   * higher version, or another grant of that version, tells that this profile comes from a backup: what it has decided goes above that.
   */
  *#publish(pair: string): Flow<boolean> {
    for (let attempts = 0; attempts < MAX_REISSUES; attempts++) {
      const sent = this.#context.model.get('sent', pair);
      if (sent === undefined) return true;
      const there = yield* this.#versionThere(sent);
      if (there === undefined) return true;
      if (!(yield* this.#reissue(sent, there))) return true;
    }
    return false;
  }

  /** Publishes rights. Undefined when they count now, or the version that stands in their way. */
  *#versionThere({ imageId, viewerId, version, grant }: SentGrant): Flow<number | undefined> {
    try {
      const newest = yield* this.#cloud.ask('change-view', { imageId, viewerId, grant });
      return newest.version > version ? newest.version : undefined;
    } catch (error) {
      if (error instanceof CloudRefusedError && error.reason === 'grant_bytes') return version;
      throw error;
    }
  }

  *#tellPeer(entry: PeerEntry): Flow<Attempt> {
    const peer = yield* this.#book.resolve(entry.to);
    try {
      if (peer.address === undefined) throw new PeerUnreachableError(entry.to, 'is offline');
      if (entry.message.type === 'picture') yield* this.#sendPicture(peer, entry.id);
      else yield* this.#peers.tell(peer, { ...entry.message, id: entry.id });
      return DELIVERED;
    } catch (error) {
      if (!(error instanceof PeerUnreachableError)) throw error;
      this.#book.lostSightOf(peer.contact.boxKey);
      const delivery = yield* this.#leave(entry);
      // Somebody who is online does not ask the directory again before the next sign-in: it is told until it hears.
      return { delivery, done: delivery === 'left' && peer.address === undefined };
    }
  }

  /** The peer is away: what the directory can keep for it is left there. */
  *#leave({ to, message }: PeerEntry): Flow<Delivery> {
    switch (message.type) {
      case 'increase_approved':
      case 'update_access_request': {
        const publishing = unpublished(this.#context, message.body.imageId, to);
        if (publishing !== undefined && (yield* this.attempt([publishing])) === 'queued') return 'queued';
        return 'left';
      }
      case 'image_rejection':
      case 'increase_rejected': {
        const kind = message.type === 'image_rejection' ? 'image_rejected' : 'increase_rejected';
        const { requestId, imageId } = message.body;
        yield* this.#cloud.ask('leave_notice', { to, noticeId: requestId, kind, imageId });
        return 'left';
      }
      default:
        // A picture, a question or a receipt has nobody else to keep it: it waits here.
        return 'queued';
    }
  }
}
