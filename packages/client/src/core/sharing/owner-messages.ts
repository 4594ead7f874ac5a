import type { PeerAckBody, PeerBodies } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { OperationError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { JobOutput } from '../jobs.ts';
import type { PeerHandler } from '../peers/inbox.ts';
import type { Outbox } from '../peers/outbox.ts';
import { Refusal } from '../peers/refusal.ts';
import { type Change, type Contact, type OutboxEntry, pairKey, put, type QueuedRequest, remove } from '../records.ts';
import { peerEntry } from './grants.ts';
import { rejectionEntry } from './owner.ts';

/** What an owner does with viewers' messages. */
export class OwnerMessages {
  readonly #context: Context;
  readonly #outbox: Outbox;

  constructor(context: Context, outbox: Outbox) {
    this.#context = context;
    this.#outbox = outbox;
  }

  readonly imageRequest: PeerHandler<'image_request'> = (from, { id, body }) => {
    const own = this.#context.model.get('own', body.imageId);
    if (own?.state !== 'published') throw new Refusal('image_unknown', 'there is no such picture here');
    return this.#queue({ id, kind: 'image', from: from.clientId, ...body });
  };

  readonly increaseRequest: PeerHandler<'increase_views_request'> = (from, { id, body }) => {
    if (this.#context.model.get('sent', pairKey(body.imageId, from.clientId)) === undefined) {
      throw new Refusal('not_shared', 'that picture is not shared with you');
    }
    return this.#queue({ id, kind: 'increase', from: from.clientId, ...body });
  };

  readonly offerAnswer: PeerHandler<'offer_answer'> = (from, { body }) => this.#offerAnswer(from, body);
  readonly viewReceipt: PeerHandler<'view_receipt'> = (from, { body }) => this.#viewReceipt(from, body);

  *#offerAnswer(from: Contact, body: PeerBodies['offer_answer']): Flow<PeerAckBody> {
    const context = this.#context;
    const offer = context.model.get('sentOffer', body.offerId);
    if (offer === undefined || offer.viewerId !== from.clientId)
      throw new Refusal('offer_unknown', 'no such offer was made');
    const { imageId } = offer;
    if (body.accepted) {
      const picture = peerEntry(context, from.clientId, { type: 'picture' }, offer.id);
      yield* context.commit(put('outbox', picture.id, picture));
      this.#outbox.kick(from.clientId);
    } else {
      yield* context.commit(remove('sentOffer', offer.id), remove('outbox', offer.id));
    }
    context.report({ kind: 'offerAnswered', to: from.clientId, imageId, accepted: body.accepted });
    return { disposition: 'applied' };
  }

  *#viewReceipt(from: Contact, body: PeerBodies['view_receipt']): Flow<PeerAckBody> {
    const context = this.#context;
    const key = pairKey(body.imageId, from.clientId);
    return yield* context.locks.hold(`sent ${key}`, function* () {
      const sent = context.model.get('sent', key);
      if (sent === undefined) throw new Refusal('not_shared', 'that picture is not shared with you');
      const receipt = yield* verified(context, body.receipt, from.signKey);
      if (receipt.grantId !== sent.grantId) throw new Refusal('receipt_invalid', 'the receipt is of another grant');
      if (receipt.used <= sent.used) return { disposition: 'duplicate' } as const;
      const { used, viewedAt } = receipt;
      yield* context.commit(put('sent', key, { ...sent, used, viewedAt }));
      context.report({ kind: 'viewed', by: from.clientId, imageId: body.imageId, used, at: viewedAt });
      return { disposition: 'applied' } as const;
    });
  }

  *#queue(request: Omit<QueuedRequest, 'arrivedAt' | 'state'>): Flow<PeerAckBody> {
    const context = this.#context;
    const known = context.model.get('queue', request.id);
    if (known !== undefined) {
      if (known.from !== request.from || known.imageId !== request.imageId || known.kind !== request.kind) {
        throw new Refusal('request_conflict', 'another request has that id');
      }
      yield* this.#answerAgain(known);
      return { disposition: known.state === 'waiting' ? 'queued' : 'duplicate' };
    }
    const { settings } = context;
    const waiting = context.model.all('queue').filter(({ state }) => state === 'waiting');
    if (
      waiting.length >= settings.maxWaiting ||
      waiting.filter(({ from }) => from === request.from).length >= settings.maxWaitingPerPeer
    ) {
      throw new Refusal('queue_full', 'too many requests wait here');
    }
    const queued: QueuedRequest = { ...request, arrivedAt: context.now, state: 'waiting' };
    yield* context.commit(put('queue', queued.id, queued), ...forgetAnswered(context));
    const { id, from, imageId, views, kind } = queued;
    context.report({ kind: 'requestArrived', id, from, imageId, views, more: kind === 'increase' });
    return { disposition: 'queued' };
  }

  /** The viewer asks again because it has not got the answer: it goes out once more. */
  *#answerAgain(request: QueuedRequest): Flow<void> {
    const context = this.#context;
    const entry = request.state === 'waiting' ? undefined : this.#answerTo(request);
    if (entry === undefined || context.model.get('outbox', entry.id) !== undefined) return;
    yield* context.commit(put('outbox', entry.id, entry));
    this.#outbox.kick(request.from);
  }

  #answerTo(request: QueuedRequest): OutboxEntry | undefined {
    const { id, from, imageId, kind, state } = request;
    const context = this.#context;
    if (state === 'rejected') return rejectionEntry(context, request);
    if (kind === 'image') {
      const offer = context.model.all('sentOffer').find(({ requestId }) => requestId === id);
      return offer && peerEntry(context, from, { type: 'picture' }, offer.id);
    }
    const sent = context.model.get('sent', pairKey(imageId, from));
    return (
      sent &&
      peerEntry(context, from, { type: 'increase_approved', body: { requestId: id, imageId, grant: sent.grant } })
    );
  }
}

function* verified(context: Context, receipt: string, viewerSignKey: string): Flow<JobOutput<'verifyReceipt'>> {
  try {
    return yield* context.job('verifyReceipt', { receipt, viewerSignKey });
  } catch (error) {
    if (error instanceof OperationError) throw new Refusal('receipt_invalid', 'the receipt is not valid');
    throw error;
  }
}

/** Answered requests past the limit, oldest first. */
function forgetAnswered(context: Context): readonly Change[] {
  const answered = context.model.all('queue').filter(({ state }) => state !== 'waiting');
  const surplus = Math.max(0, answered.length - context.settings.maxRemembered);
  return answered.slice(0, surplus).map(({ id }) => remove('queue', id));
}
