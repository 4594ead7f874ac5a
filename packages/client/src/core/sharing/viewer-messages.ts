import type { PeerAckBody, PeerBodies } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { ClientError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { GrantFacts } from '../jobs.ts';
import type { PeerHandler } from '../peers/inbox.ts';
import { Refusal } from '../peers/refusal.ts';
import { type AskedRequest, type Contact, put } from '../records.ts';
import type { Arrivals } from './arrivals.ts';
import type { Rights } from './rights.ts';
import { isOpen } from './viewer.ts';

/** Pause after a picture that did not arrive, until it is asked for again. */
const REMIND_MS = 60_000;

/** What a viewer does with owners' messages: what it has neither asked for nor accepted changes nothing. */
export class ViewerMessages {
  readonly #context: Context;
  readonly #rights: Rights;
  readonly #arrivals: Arrivals;
  readonly #remind: () => Flow<void>;

  /** @param remind asks again for what has not come */
  constructor(context: Context, rights: Rights, arrivals: Arrivals, remind: () => Flow<void>) {
    this.#context = context;
    this.#rights = rights;
    this.#arrivals = arrivals;
    this.#remind = remind;
  }

  readonly imageOffer: PeerHandler<'image_offer'> = (from, { id, body }, answer) => this.#offer(from, id, body, answer);
  readonly increaseApproved: PeerHandler<'increase_approved'> = (from, { body }) => this.#approved(from, body);
  readonly accessUpdate: PeerHandler<'update_access_request'> = (from, { body }) => this.#updated(from, body);
  readonly imageRejection: PeerHandler<'image_rejection'> = (from, { body }) => this.#rejection(from, body, 'image');
  readonly increaseRejected: PeerHandler<'increase_rejected'> = (from, { body }) =>
    this.#rejection(from, body, 'increase');

  *#offer(
    from: Contact,
    id: string,
    body: PeerBodies['image_offer'],
    answer: (body: PeerAckBody) => void,
  ): Flow<PeerAckBody | undefined> {
    const facts = yield* this.#verified(from, body);
    if (facts.digest !== body.digest) throw new Refusal('rights_invalid', 'the rights are on another picture');
    const held = this.#context.model.get('held', body.imageId);
    const wanted = this.#isWanted(from, id, body);
    if (held !== undefined && held.digest === body.digest && held.version >= facts.version)
      return { disposition: 'duplicate' };
    if (!wanted) return yield* this.#keepOffer(from, id, body);
    if (this.#arrivals.isArriving(body.imageId)) throw new ClientError('transfer_failed', 'it is arriving already');
    try {
      yield* this.#arrivals.receive({ from, offerId: id, body, facts }, (lane, start) =>
        answer({ disposition: 'accepted', lane, ...(start === 0 ? {} : { from: start }) }),
      );
    } catch (error) {
      this.#context.flows.spawn(this.#remindLater());
      throw error;
    }
    return undefined;
  }

  /** A picture did not arrive here, and its owner may think that it has. */
  *#remindLater(): Flow<void> {
    yield* this.#context.sleep(REMIND_MS);
    yield* this.#remind();
  }

  *#approved(from: Contact, body: PeerBodies['increase_approved']): Flow<PeerAckBody> {
    const asked = this.#asked(from, body, 'increase');
    const facts = yield* this.#verified(from, body);
    const disposition = yield* this.#apply(body, facts);
    if (isOpen(asked)) yield* this.#rights.answered(asked);
    return { disposition };
  }

  *#updated(from: Contact, body: PeerBodies['update_access_request']): Flow<PeerAckBody> {
    if (this.#context.model.get('held', body.imageId)?.ownerId !== from.clientId) {
      throw new Refusal('not_held', 'that picture is not here');
    }
    const facts = yield* this.#verified(from, body);
    return { disposition: yield* this.#apply(body, facts) };
  }

  *#rejection(from: Contact, body: PeerBodies['image_rejection'], kind: AskedRequest['kind']): Flow<PeerAckBody> {
    this.#asked(from, body, kind);
    const news = yield* this.#rights.rejected(from.clientId, body.requestId, body.imageId);
    if (news === undefined) return { disposition: 'duplicate' };
    this.#context.report(news);
    return { disposition: 'applied' };
  }

  *#apply(
    body: { readonly imageId: string; readonly grant: string },
    facts: GrantFacts,
  ): Flow<'applied' | 'duplicate'> {
    const news = yield* this.#rights.apply(body.imageId, facts, body.grant, 0);
    if (news === undefined) return 'duplicate';
    this.#context.report(news);
    return 'applied';
  }

  #verified(from: Contact, body: { readonly imageId: string; readonly grant: string }): Flow<GrantFacts> {
    return this.#rights.verify(from.clientId, body.imageId, body.grant);
  }

  /** What was asked of that owner, under that id, about that picture. */
  #asked(
    from: Contact,
    body: { readonly requestId: string; readonly imageId: string },
    kind: AskedRequest['kind'],
  ): AskedRequest {
    const asked = this.#context.model.get('asked', body.requestId);
    if (asked?.kind !== kind || asked.ownerId !== from.clientId || asked.imageId !== body.imageId) {
      throw new Refusal('not_requested', 'nobody asked for that');
    }
    return asked;
  }

  #isWanted(from: Contact, offerId: string, body: PeerBodies['image_offer']): boolean {
    if (body.requestId !== undefined) {
      const asked = this.#asked(from, { requestId: body.requestId, imageId: body.imageId }, 'image');
      if (asked.state === 'rejected') throw new Refusal('not_requested', 'that request is closed');
      return true;
    }
    const offer = this.#context.model.get('offer', offerId);
    if (offer !== undefined && (offer.from !== from.clientId || offer.imageId !== body.imageId)) {
      throw new Refusal('offer_conflict', 'another offer has that id');
    }
    if (offer?.state === 'declined') throw new Refusal('declined', 'the offer was declined');
    return offer?.state === 'accepted';
  }

  *#keepOffer(from: Contact, id: string, body: PeerBodies['image_offer']): Flow<PeerAckBody> {
    const context = this.#context;
    const { settings } = context;
    const { imageId, views, bytes } = body;
    if (context.model.get('offer', id) !== undefined) return { disposition: 'queued' };
    const waiting = context.model.all('offer').filter(({ state }) => state === 'waiting');
    if (
      waiting.length >= settings.maxWaiting ||
      waiting.filter((offer) => offer.from === from.clientId).length >= settings.maxWaitingPerPeer
    ) {
      throw new Refusal('queue_full', 'too many offers wait here');
    }
    yield* context.commit(
      put('offer', id, { id, from: from.clientId, imageId, views, bytes, arrivedAt: context.now, state: 'waiting' }),
    );
    context.report({ kind: 'offerArrived', id, from: from.clientId, imageId, views });
    return { disposition: 'queued' };
  }
}
