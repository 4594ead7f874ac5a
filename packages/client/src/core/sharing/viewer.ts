import { parseImageId } from '@p2pimg/wire';
import type { CallArgs, CallResult, Delivery } from '../calls.ts';
import type { Context } from '../context.ts';
import { ClientError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type AskedRequest, type Change, type OutgoingPeerMessage, put, remove } from '../records.ts';
import { checkViews, peerEntry } from './grants.ts';

/** What a viewer asks of owners. */
export class Viewer {
  readonly #context: Context;
  readonly #outbox: Outbox;

  constructor(context: Context, outbox: Outbox) {
    this.#context = context;
    this.#outbox = outbox;
  }

  *requestImage({ ownerId, imageId, views }: CallArgs<'requestImage'>): Flow<CallResult<'requestImage'>> {
    checkViews(views);
    if (ownerOf(imageId) !== ownerId) throw new ClientError('image_unknown', 'that picture is not of that client');
    if (ownerId === this.#context.self().clientId)
      throw new ClientError('image_unknown', 'your own pictures need no request');
    if (this.#context.model.get('held', imageId) !== undefined) {
      throw new ClientError('already_held', 'you hold this picture already: ask for more views');
    }
    return yield* this.#ask('image', ownerId, imageId, views);
  }

  *requestMore({ imageId, views }: CallArgs<'requestMore'>): Flow<CallResult<'requestMore'>> {
    checkViews(views);
    const held = this.#context.model.get('held', imageId);
    if (held === undefined) throw new ClientError('not_held', 'you do not hold this picture');
    return yield* this.#ask('increase', held.ownerId, imageId, views);
  }

  *answerOffer({ id, accepted }: CallArgs<'answerOffer'>): Flow<{ readonly delivery: Delivery }> {
    const context = this.#context;
    const offer = context.model.get('offer', id);
    if (offer?.state !== 'waiting') throw new ClientError('offer_unknown', 'no such offer is waiting');
    const entry = peerEntry(context, offer.from, { type: 'offer_answer', body: { offerId: id, accepted } });
    yield* context.commit(
      put('offer', id, { ...offer, state: accepted ? 'accepted' : 'declined' }),
      put('outbox', entry.id, entry),
    );
    return { delivery: yield* this.#outbox.attempt([entry]) };
  }

  /**
   * Asks again for what was agreed on and has not come: an owner believes a picture to have arrived once its last byte has, and this client may
   * have died, or had a full disk, just then. A repeat of something known is harmless.
   */
  *remind(): Flow<void> {
    const context = this.#context;
    const answers = context.model
      .all('offer')
      .filter(({ id, state }) => state === 'accepted' && !this.#isWaiting('offer_answer', id))
      .map(({ id, from }) => peerEntry(context, from, { type: 'offer_answer', body: { offerId: id, accepted: true } }));
    const questions = context.model
      .all('asked')
      .filter((asked) => isOpen(asked) && context.model.get('outbox', asked.id) === undefined)
      .map(({ id, kind, ownerId, imageId, views }) => peerEntry(context, ownerId, question(kind, imageId, views), id));
    const entries = [...answers, ...questions];
    yield* context.commit(...entries.map((entry) => put('outbox', entry.id, entry)));
    for (const to of new Set(entries.map((entry) => entry.to))) this.#outbox.kick(to);
  }

  #isWaiting(type: 'offer_answer', offerId: string): boolean {
    return this.#context.model
      .all('outbox')
      .some(({ message }) => message.type === type && message.body.offerId === offerId);
  }

  *#ask(
    kind: AskedRequest['kind'],
    ownerId: number,
    imageId: string,
    views: number,
  ): Flow<{ readonly requestId: string; readonly delivery: Delivery }> {
    const context = this.#context;
    const { requestId, entry } = yield* context.locks.hold(`asked ${imageId}`, function* () {
      if (context.model.all('asked').some((asked) => asked.imageId === imageId && isOpen(asked))) {
        throw new ClientError('already_asked', 'you have asked for this already; the owner has not answered yet');
      }
      const id = context.newId();
      const outgoing = peerEntry(context, ownerId, question(kind, imageId, views), id);
      const allowed = context.model.get('held', imageId)?.allowed ?? 0;
      const asked: AskedRequest = { id, kind, ownerId, imageId, views, allowed, askedAt: context.now, state: 'open' };
      yield* context.commit(put('asked', id, asked), put('outbox', id, outgoing), ...forgetAnswered(context));
      return { requestId: id, entry: outgoing };
    });
    return { requestId, delivery: yield* this.#outbox.attempt([entry]) };
  }
}

function question(kind: AskedRequest['kind'], imageId: string, views: number): OutgoingPeerMessage {
  const type = kind === 'image' ? 'image_request' : 'increase_views_request';
  return { type, body: { imageId, views } };
}

/** The owner's client refused the question itself: it is closed. */
export function* closeRefused(context: Context, requestId: string): Flow<void> {
  const asked = context.model.get('asked', requestId);
  if (asked !== undefined && isOpen(asked))
    yield* context.commit(put('asked', requestId, { ...asked, state: 'rejected' }));
}

export function isOpen(asked: AskedRequest): boolean {
  return asked.state === 'open' || asked.state === 'granted';
}

function ownerOf(imageId: string): number {
  try {
    return parseImageId(imageId).clientId;
  } catch (error) {
    throw new ClientError('image_unknown', 'not an image id', { cause: error });
  }
}

/** Answered questions past the limit, oldest first. */
function forgetAnswered(context: Context): readonly Change[] {
  const answered = context.model.all('asked').filter((asked) => !isOpen(asked));
  const surplus = Math.max(0, answered.length - context.settings.maxRemembered);
  return answered.slice(0, surplus).map(({ id }) => remove('asked', id));
}
