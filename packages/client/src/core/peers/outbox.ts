import type { Delivery } from '../calls.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError, PeerRefusedError, PeerUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { type OutboxEntry, type OutgoingCloudMessage, pairKey, remove } from '../records.ts';
import type { AddressBook, Peer } from './address-book.ts';
import type { Peers } from './peers.ts';

type Destination = OutboxEntry['to'];
export type PeerEntry = Extract<OutboxEntry, { readonly to: number }>;

/** Delivers a picture once the peer is known to be online. */
export type PictureSender = (peer: Peer, offerId: string) => Flow<void>;
/** The peer has refused what stood in an entry. */
export type RefusalHandler = (entry: PeerEntry, reason: string) => Flow<void>;

/** Longest pause between two attempts. */
const MAX_PAUSE_MS = 60_000;

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
  readonly #workers = new Map<Destination, Worker>();
  /** Who waits to hear what came of an entry's next attempt. */
  readonly #watchers = new Map<string, number[]>();
  #running = false;

  constructor(
    context: Context,
    cloud: Cloud,
    book: AddressBook,
    peers: Peers,
    handlers: { readonly sendPicture: PictureSender; readonly onRefused: RefusalHandler },
  ) {
    this.#context = context;
    this.#cloud = cloud;
    this.#book = book;
    this.#peers = peers;
    this.#sendPicture = handlers.sendPicture;
    this.#onRefused = handlers.onRefused;
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
      if (done) yield* this.#context.commit(remove('outbox', entry.id));
      this.#tell(entry.id, (token) => this.#context.flows.settle(token, delivery));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const final = error instanceof PeerRefusedError || error instanceof CloudRefusedError;
      if (final) {
        if (entry.to !== 'cloud' && error instanceof PeerRefusedError) yield* this.#onRefused(entry, error.reason);
        yield* this.#context.commit(remove('outbox', entry.id));
        this.#context.trouble('outbox', error);
        this.#tell(entry.id, (token) => this.#context.flows.reject(token, error));
      } else {
        this.#tell(entry.id, (token) => this.#context.flows.settle(token, 'queued' satisfies Delivery));
      }
    }
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
    const sent = this.#context.model.get('sent', pairKey(message.imageId, message.viewerId));
    // A later change has its own entry; publishing the newest version early does no harm.
    if (sent !== undefined) {
      yield* this.#cloud.ask('change-view', { imageId: sent.imageId, viewerId: sent.viewerId, grant: sent.grant });
    }
    return DELIVERED;
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
        const publishing = this.#context.model
          .all('outbox')
          .find(
            (entry) =>
              entry.to === 'cloud' &&
              entry.message.type === 'change-view' &&
              entry.message.viewerId === to &&
              entry.message.imageId === message.body.imageId,
          );
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
