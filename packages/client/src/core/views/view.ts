import type { CallArgs, CallResult } from '../calls.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type HeldImage, type OwnImage, put, remove } from '../records.ts';
import { remember } from '../remember.ts';
import { peerEntry } from '../sharing/grants.ts';
import { left } from '../sharing/rights.ts';

type ViewResult = CallResult<'view'>;

/** A view that was asked for and not answered: the next attempt asks with the same key, so that it is counted once. */
interface Asked {
  readonly nonce: string;
  readonly grant: string;
}

/** The cloud's refusals that mean that nothing is left. */
const SPENT = ['no_views_left', 'revoked', 'grant_expired'];

/** Views: spent durably, at the cloud, in the ledger and in the picture, before anything is decrypted. */
export class Views {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #outbox: Outbox;
  readonly #onStale: () => void;
  readonly #asked = new Map<string, Asked>();

  /** @param onStale told when the cloud may know newer rights than this client */
  constructor(context: Context, cloud: Cloud, outbox: Outbox, onStale: () => void) {
    this.#context = context;
    this.#cloud = cloud;
    this.#outbox = outbox;
    this.#onStale = onStale;
  }

  view({ imageId }: CallArgs<'view'>): Flow<ViewResult> {
    const own = this.#context.model.get('own', imageId);
    if (own !== undefined) return this.#viewOwn(own);
    return this.#context.locks.hold(`held ${imageId}`, () => this.#viewHeld(imageId));
  }

  *#viewOwn({ blob, contentKey }: OwnImage): Flow<ViewResult> {
    const { picture, mime } = yield* this.#context.job('openOwn', { blob, contentKey });
    return { shown: 'picture', picture, mime, remaining: undefined };
  }

  *#viewHeld(imageId: string): Flow<ViewResult> {
    const context = this.#context;
    const held = context.model.get('held', imageId);
    if (held === undefined) throw new ClientError('not_held', 'you have no such picture');
    if (left(held) === 0)
      return { shown: 'default', reason: held.allowed === 0 ? 'revoked' : 'none_left', remaining: 0 };
    const { blob, grant } = held;
    const band = yield* context.job('rewriteBand', { blob, grant, used: held.used });
    if (!band.genuine) return { shown: 'default', reason: 'tampered', remaining: left(held) };
    return yield* this.#release({ ...held, used: band.used });
  }

  *#release(held: HeldImage): Flow<ViewResult> {
    const { imageId, blob, grant } = held;
    const nonce = yield* this.#nonce(held);
    const body = { imageId, grant, used: held.used, nonce, views: 1 };
    try {
      const released = yield* this.#cloud.ask('release_view', body);
      this.#asked.delete(imageId);
      const { receipt } = yield* this.#context.job('spendView', { grant, nonce, used: released.used });
      const spent: HeldImage = { ...held, used: released.used, viewedAt: this.#context.now };
      yield* this.#context.job('rewriteBand', { blob, grant, used: released.used });
      yield* this.#keep(spent, receipt);
      if (released.version > held.version) this.#onStale();
      const opened = yield* this.#context.job('openHeld', { blob, grant, nonce, share: released.share });
      return { shown: 'picture', ...opened, remaining: left(spent) };
    } catch (error) {
      if (!(error instanceof CloudRefusedError && SPENT.includes(error.reason))) throw error;
      return yield* this.#denied(held, error.reason);
    }
  }

  *#nonce({ imageId, grant }: HeldImage): Flow<string> {
    const asked = this.#asked.get(imageId);
    if (asked?.grant === grant) return asked.nonce;
    const { nonce } = yield* this.#context.job('makeReleaseKey', {});
    this.#asked.set(imageId, { nonce, grant });
    return nonce;
  }

  *#denied(held: HeldImage, reason: string): Flow<ViewResult> {
    this.#asked.delete(held.imageId);
    yield* this.#context.commit(put('held', held.imageId, { ...held, deniedVersion: held.version }));
    this.#onStale();
    return { shown: 'default', reason: reason === 'revoked' ? 'revoked' : 'none_left', remaining: 0 };
  }

  /** Keeps the count, and a receipt for the owner in place of an older one that has not gone yet. */
  *#keep(held: HeldImage, receipt: string): Flow<void> {
    const context = this.#context;
    const { imageId, ownerId } = held;
    const entry = peerEntry(context, ownerId, { type: 'view_receipt', body: { imageId, receipt } });
    const older = context.model
      .all('outbox')
      .filter(
        ({ to, message }) => to === ownerId && message.type === 'view_receipt' && message.body.imageId === imageId,
      );
    yield* context.commit(
      put('held', imageId, held),
      put('outbox', entry.id, entry),
      ...older.map(({ id }) => remove('outbox', id)),
      ...remember(context, { what: 'viewed', imageId, peer: ownerId, views: left(held) }),
    );
    this.#outbox.kick(ownerId);
  }
}
