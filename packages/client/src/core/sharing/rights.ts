import { viewsLeft } from '@p2pimg/rights';
import type { PendingBody } from '@p2pimg/wire';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, OperationError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { GrantFacts } from '../jobs.ts';
import type { News } from '../news.ts';
import type { AddressBook } from '../peers/address-book.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type AskedRequest, type HeldImage, put } from '../records.ts';
import { remember } from '../remember.ts';
import { peerEntry } from './grants.ts';
import { isOpen } from './viewer.ts';

const PAGE = 100;

/** Rights that owners have changed: the highest version counts, whichever way it came, and however often. */
export class Rights {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #book: AddressBook;
  readonly #outbox: Outbox;

  constructor(context: Context, cloud: Cloud, book: AddressBook, outbox: Outbox) {
    this.#context = context;
    this.#cloud = cloud;
    this.#book = book;
    this.#outbox = outbox;
  }

  /** @throws ClientError `rights_invalid`, and what the address book throws */
  *verify(ownerId: number, imageId: string, grant: string): Flow<GrantFacts> {
    const { signKey } = yield* this.#book.keysOf(ownerId);
    const { clientId: viewerId } = this.#context.self();
    try {
      return yield* this.#context.job('verifyGrant', { grant, ownerSignKey: signKey, ownerId, viewerId, imageId });
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      throw new ClientError('rights_invalid', `rights of client ${ownerId} are not valid: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** Applies a verified grant to a held picture. Undefined when it changes nothing: it is known, or older. */
  apply(imageId: string, facts: GrantFacts, grant: string, usedAtCloud: number): Flow<News | undefined> {
    return this.#context.locks.hold(`held ${imageId}`, () => this.#apply(imageId, facts, grant, usedAtCloud));
  }

  *#apply(imageId: string, facts: GrantFacts, grant: string, usedAtCloud: number): Flow<News | undefined> {
    const context = this.#context;
    const held = context.model.get('held', imageId);
    if (held === undefined || facts.version <= held.version) return undefined;
    if (facts.grantId !== held.grantId) throw new ClientError('rights_invalid', 'these rights are of another grant');
    // A band that somebody has changed stays as it is: the next view finds it, and shows the default picture.
    const { used, offlineLeft } = yield* context.job('rewriteBand', {
      blob: held.blob,
      grant,
      used: Math.max(held.used, usedAtCloud),
    });
    const { version, allowed, mode, offlineViews, expiresAt } = facts;
    const rights = { version, allowed, mode, offlineViews, expiresAt, grant };
    const after: HeldImage = { ...held, ...rights, used, offlineLeft };
    const [from, to] = [left(held), left(after)];
    const history = remember(context, { what: 'rights', imageId, peer: held.ownerId, views: to - from });
    yield* context.commit(put('held', imageId, after), ...history);
    return { kind: 'rightsChanged', by: held.ownerId, imageId, from, to };
  }

  /**
   * Applies what waited in the directory, tells it so, and reads on while there is more. A page of which nothing could be applied is the
   * last: the directory would give it again.
   */
  *settle(pending: PendingBody): Flow<readonly News[]> {
    const news: News[] = [];
    for (let page: PendingBody | undefined = pending; page !== undefined; ) {
      const progress: boolean = yield* this.#settlePage(page, news);
      page = page.more && progress ? yield* this.#cloud.ask('grants', { limit: PAGE }) : undefined;
    }
    return news;
  }

  /** Adds to `news`; whether anything was acknowledged. */
  *#settlePage({ grants, notices }: PendingBody, news: News[]): Flow<boolean> {
    const applied: { grantId: string; version: number }[] = [];
    for (const { imageId, ownerId, grant, used } of grants) {
      try {
        const facts = yield* this.verify(ownerId, imageId, grant);
        const change = yield* this.apply(imageId, facts, grant, used);
        if (change !== undefined) news.push(change);
        yield* this.#granted(ownerId, imageId, facts);
        applied.push({ grantId: facts.grantId, version: facts.version });
      } catch (error) {
        if (!(error instanceof ClientError || error instanceof OperationError)) throw error;
        this.#context.trouble(`rights on ${imageId}`, error); // the directory keeps it
      }
    }
    for (const notice of notices) {
      const rejection = yield* this.rejected(notice.from, notice.noticeId, notice.imageId);
      if (rejection !== undefined) news.push(rejection);
    }
    if (applied.length === 0 && notices.length === 0) return false;
    yield* this.#cloud.ask('acknowledge', { grants: applied, notices: notices.map(({ noticeId }) => noticeId) });
    return true;
  }

  /**
   * An open question about that picture is answered: more views are there than when it was asked, or the picture will come when the owner
   * hears of us. What waited from before the question, or took views since, is no answer; one that this does not recognize closes the
   * question when the owner is asked again.
   */
  *#granted(ownerId: number, imageId: string, { version, allowed }: GrantFacts): Flow<void> {
    const context = this.#context;
    const asked = context.model
      .all('asked')
      .find((each) => each.imageId === imageId && each.ownerId === ownerId && isOpen(each));
    if (asked === undefined) return;
    const held = context.model.get('held', imageId);
    if (asked.kind === 'increase') {
      const gives = allowed > (asked.allowed ?? 0);
      if (gives && held !== undefined && held.version >= version) yield* this.answered(asked);
      return;
    }
    if (held !== undefined) return;
    const reminder = peerEntry(
      context,
      ownerId,
      { type: 'image_request', body: { imageId, views: asked.views } },
      asked.id,
    );
    yield* context.commit(put('asked', asked.id, { ...asked, state: 'granted' }), put('outbox', asked.id, reminder));
    this.#outbox.kick(ownerId);
  }

  *answered(asked: AskedRequest): Flow<void> {
    yield* this.#context.commit(put('asked', asked.id, { ...asked, state: 'approved' }));
  }

  /** An owner's refusal of something that was asked of it; undefined when it was not, or is answered already. */
  *rejected(ownerId: number, requestId: string, imageId: string): Flow<News | undefined> {
    const context = this.#context;
    const asked = context.model.get('asked', requestId);
    if (asked === undefined || asked.ownerId !== ownerId || asked.imageId !== imageId || !isOpen(asked))
      return undefined;
    const history = remember(context, { what: 'rejected', imageId, peer: ownerId, views: undefined });
    yield* context.commit(put('asked', requestId, { ...asked, state: 'rejected' }), ...history);
    return { kind: 'rejected', by: ownerId, imageId, more: asked.kind === 'increase' };
  }
}

/** Views that are left of a held picture, those held in advance included. */
export function left({ allowed, used, offlineLeft, version, deniedVersion }: HeldImage): number {
  return offlineLeft + (version === deniedVersion ? 0 : viewsLeft({ allowed, used }));
}
