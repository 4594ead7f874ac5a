import { allowedToLeave, decreaseAllowed, increaseAllowed, REVOKED, RightsError, viewsLeft } from '@p2pimg/rights';
import type { CallArgs, CallResult, RightsChange } from '../calls.ts';
import type { Context } from '../context.ts';
import { ClientError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { AddressBook } from '../peers/address-book.ts';
import type { Outbox } from '../peers/outbox.ts';
import {
  type Change,
  type OutboxEntry,
  pairKey,
  put,
  type QueuedRequest,
  type SentGrant,
  type SentOffer,
} from '../records.ts';
import { remember } from '../remember.ts';
import { checkViews, grantChanges, nextGrant, ownImage, peerEntry } from './grants.ts';
import type { SharingMode } from './mode.ts';
import type { Newest } from './newest.ts';

/** What is given, and the request that it answers. */
interface Offered {
  readonly views: number;
  readonly mode: SharingMode | undefined;
  readonly request: QueuedRequest | undefined;
}

/** What an owner decides: every decision is stored with everything that has to be told because of it, and then told. */
export class Owner {
  readonly #context: Context;
  readonly #book: AddressBook;
  readonly #newest: Newest;
  readonly #outbox: Outbox;

  constructor(context: Context, book: AddressBook, newest: Newest, outbox: Outbox) {
    this.#context = context;
    this.#book = book;
    this.#newest = newest;
    this.#outbox = outbox;
  }

  /** `views` may be fewer than were asked for. */
  *approve({ id, views, mode }: CallArgs<'approve'>): Flow<CallResult<'approve'>> {
    const request = this.#waiting(id);
    const given = views ?? request.views;
    checkViews(given);
    const entries = yield* this.#locked(request.imageId, request.from, () => this.#grantRequest(id, given, mode));
    return { delivery: yield* this.#outbox.attempt(entries) };
  }

  *reject({ id }: CallArgs<'reject'>): Flow<CallResult<'reject'>> {
    const { imageId, from } = this.#waiting(id);
    const entry = yield* this.#locked(imageId, from, () => this.#refuse(id));
    return { delivery: yield* this.#outbox.attempt([entry]) };
  }

  *share({ imageId, viewerId, views, mode }: CallArgs<'share'>): Flow<CallResult<'share'>> {
    checkViews(views);
    if (this.#context.model.get('own', imageId) === undefined)
      throw new ClientError('image_unknown', 'you have no such picture of your own');
    if (viewerId === this.#context.self().clientId)
      throw new ClientError('peer_unknown', 'you need no rights on your own pictures');
    const terms = { views, mode, request: undefined };
    const entries = yield* this.#locked(imageId, viewerId, () => this.#offer(imageId, viewerId, terms));
    return { offerId: entries.at(-1)!.id, delivery: yield* this.#outbox.attempt(entries) };
  }

  *changeRights({ imageId, viewerId, change }: CallArgs<'changeRights'>): Flow<CallResult<'changeRights'>> {
    const { sent, entries } = yield* this.#locked(imageId, viewerId, () => this.#change(imageId, viewerId, change));
    const delivery = yield* this.#outbox.attempt(entries);
    return { allowed: sent.allowed, remaining: viewsLeft(sent), delivery };
  }

  *#grantRequest(id: string, views: number, mode: SharingMode | undefined): Flow<readonly OutboxEntry[]> {
    const context = this.#context;
    const request = this.#waiting(id);
    const { imageId, from, kind } = request;
    if (kind === 'image') return yield* this.#offer(imageId, from, { views, mode, request });
    const before = yield* this.#sent(imageId, from);
    const terms = { viewerId: from, before, allowed: raised(before, views), mode };
    const sent = yield* nextGrant(context, this.#book, ownImage(context, imageId), terms);
    const { changes, entry } = grantChanges(context, sent);
    const message = peerEntry(context, from, {
      type: 'increase_approved',
      body: { requestId: id, imageId, grant: sent.grant },
    });
    const history = remember(context, { what: 'rights', imageId, peer: from, views });
    yield* context.commit(answered(request, 'approved'), ...changes, put('outbox', message.id, message), ...history);
    return [entry, message];
  }

  *#refuse(id: string): Flow<OutboxEntry> {
    const request = this.#waiting(id);
    const rejection = rejectionEntry(this.#context, request);
    const { imageId, from } = request;
    const history = remember(this.#context, { what: 'declined', imageId, peer: from, views: undefined });
    yield* this.#context.commit(answered(request, 'rejected'), put('outbox', rejection.id, rejection), ...history);
    return rejection;
  }

  *#offer(imageId: string, viewerId: number, { views, mode, request }: Offered): Flow<readonly OutboxEntry[]> {
    const context = this.#context;
    const own = ownImage(context, imageId);
    const before = yield* this.#newest.of(imageId, viewerId);
    const terms = { viewerId, before, allowed: raised(before, views), mode };
    const sent = yield* nextGrant(context, this.#book, own, terms);
    const { changes, entry } = grantChanges(context, sent);
    const message = peerEntry(context, viewerId, { type: 'picture' });
    const offer: SentOffer = { id: message.id, viewerId, imageId, requestId: request?.id, views };
    yield* context.commit(
      ...(request === undefined ? [] : [answered(request, 'approved')]),
      ...changes,
      put('sentOffer', offer.id, offer),
      put('outbox', message.id, message),
      ...remember(context, { what: 'shared', imageId, peer: viewerId, views }),
    );
    return [entry, message];
  }

  *#change(
    imageId: string,
    viewerId: number,
    change: RightsChange,
  ): Flow<{ readonly sent: SentGrant; readonly entries: readonly OutboxEntry[] }> {
    const context = this.#context;
    const before = yield* this.#sent(imageId, viewerId);
    const allowed = changed(before, change);
    const own = context.model.get('own', imageId);
    if (own === undefined) throw new ClientError('image_unknown', 'you have no such picture');
    const mode = change.kind === 'mode' ? change.mode : undefined;
    const sent = yield* nextGrant(context, this.#book, own, { viewerId, before, allowed, mode });
    const { changes, entry } = grantChanges(context, sent);
    const message = peerEntry(context, viewerId, {
      type: 'update_access_request',
      body: { imageId, view_delta: allowed - before.allowed, grant: sent.grant },
    });
    const history = remember(context, { what: 'rights', imageId, peer: viewerId, views: allowed - before.allowed });
    yield* context.commit(...changes, put('outbox', message.id, message), ...history);
    return { sent, entries: [entry, message] };
  }

  #locked<T>(imageId: string, viewerId: number, body: () => Flow<T>): Flow<T> {
    return this.#context.locks.hold(`sent ${pairKey(imageId, viewerId)}`, body);
  }

  *#sent(imageId: string, viewerId: number): Flow<SentGrant> {
    const sent = yield* this.#newest.of(imageId, viewerId);
    if (sent === undefined) throw new ClientError('not_shared', `this picture is not shared with client ${viewerId}`);
    return sent;
  }

  #waiting(id: string): QueuedRequest {
    const request = this.#context.model.get('queue', id);
    if (request?.state !== 'waiting') throw new ClientError('request_unknown', 'no such request is waiting');
    return request;
  }
}

export function rejectionEntry(context: Context, { id, kind, imageId, from }: QueuedRequest): OutboxEntry {
  const body = { requestId: id, imageId };
  return peerEntry(
    context,
    from,
    kind === 'image' ? { type: 'image_rejection', body } : { type: 'increase_rejected', body },
  );
}

function answered(request: QueuedRequest, state: 'approved' | 'rejected'): Change {
  return put('queue', request.id, { ...request, state });
}

const NOTHING = { allowed: 0, used: 0 };

function raised(before: SentGrant | undefined, views: number): number {
  return checked(() => increaseAllowed(before ?? NOTHING, views));
}

function changed(before: SentGrant, change: RightsChange): number {
  switch (change.kind) {
    case 'add':
      return checked(() => increaseAllowed(before, change.views));
    case 'take':
      return checked(() => decreaseAllowed(before, change.views));
    case 'set':
      return checked(() => allowedToLeave(before, change.views));
    case 'revoke':
      return REVOKED;
    case 'mode':
      return before.allowed;
  }
}

function checked(arithmetic: () => number): number {
  try {
    return arithmetic();
  } catch (error) {
    if (error instanceof RightsError) throw new ClientError('views_range', error.message, { cause: error });
    throw error;
  }
}
