import type { CallArgs, CallResult } from '../calls.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type HeldImage, put, remove } from '../records.ts';
import { remember } from '../remember.ts';
import { peerEntry } from '../sharing/grants.ts';
import { left } from '../sharing/rights.ts';

/** A view that is reserved in the ledger but not released by the cloud yet: the next attempt uses it up. */
interface Reserved {
  readonly nonce: string;
  readonly grant: string;
  readonly version: number;
  /** Views that the ledger counted before this one. */
  readonly before: number;
}

/** Views: spent durably, in ledger, cloud and picture, before anything is decrypted. */
export class Views {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #outbox: Outbox;
  readonly #onStale: () => void;
  readonly #reserved = new Map<string, Reserved>();

  /** @param onStale told when the cloud knows newer rights than this client */
  constructor(context: Context, cloud: Cloud, outbox: Outbox, onStale: () => void) {
    this.#context = context;
    this.#cloud = cloud;
    this.#outbox = outbox;
    this.#onStale = onStale;
  }

  view({ imageId }: CallArgs<'view'>): Flow<CallResult<'view'>> {
    const own = this.#context.model.get('own', imageId);
    if (own !== undefined) return this.#viewOwn(own);
    return this.#context.locks.hold(`held ${imageId}`, () => this.#viewHeld(imageId));
  }

  *#viewOwn({ blob, contentKey }: { readonly blob: string; readonly contentKey: string }): Flow<CallResult<'view'>> {
    const { picture, mime } = yield* this.#context.job('openOwn', { blob, contentKey });
    return { shown: 'picture', picture, mime, remaining: undefined };
  }

  *#viewHeld(imageId: string): Flow<CallResult<'view'>> {
    const context = this.#context;
    const held = context.model.get('held', imageId);
    if (held === undefined) throw new ClientError('not_held', 'you have no such picture');
    if (left(held) === 0)
      return { shown: 'default', reason: held.allowed === 0 ? 'revoked' : 'none_left', remaining: 0 };
    const band = yield* context.job('rewriteBand', { blob: held.blob, grant: held.grant, used: held.used });
    if (!band.genuine) return { shown: 'default', reason: 'tampered', remaining: left(held) };

    const reserved = yield* this.#reserve(held);
    const { grant, nonce, version, before } = reserved;
    let released: { readonly share: string; readonly used: number; readonly version: number };
    try {
      released = yield* this.#cloud.ask('release_view', { imageId, grant, used: before, nonce, views: 1 });
    } catch (error) {
      if (!(error instanceof CloudRefusedError)) throw error;
      return yield* this.#denied(held, error);
    }
    this.#reserved.delete(imageId);
    const used = Math.max(released.used, before + 1);
    const { receipt } = yield* context.job('settleView', { grantId: held.grantId, version, nonce, used });
    const spent: HeldImage = { ...held, used, viewedAt: context.now };
    yield* context.job('rewriteBand', { blob: held.blob, grant: held.grant, used });
    yield* this.#keep(spent, receipt);
    if (released.version > held.version) this.#onStale();
    const opened = yield* context.job('openHeld', { blob: held.blob, grant, version, nonce, share: released.share });
    return { shown: 'picture', ...opened, remaining: left(spent) };
  }

  *#reserve(held: HeldImage): Flow<Reserved> {
    const known = this.#reserved.get(held.imageId);
    if (known !== undefined) return known;
    const { grantId, version, grant } = held;
    const { nonce } = yield* this.#context.job('makeReleaseKey', {});
    const { used } = yield* this.#context.job('reserveView', { grantId, version, nonce, used: held.used });
    const reserved = { nonce, grant, version, before: used - 1 };
    this.#reserved.set(held.imageId, reserved);
    return reserved;
  }

  /** The cloud has counted more, or knows that the owner took the rights back. */
  *#denied(held: HeldImage, error: CloudRefusedError): Flow<CallResult<'view'>> {
    if (error.reason !== 'denied' && error.reason !== 'no_views_left' && error.reason !== 'revoked') throw error;
    this.#reserved.delete(held.imageId);
    this.#onStale();
    const spent: HeldImage = { ...held, used: Math.max(held.used, held.allowed) };
    yield* this.#context.job('rewriteBand', { blob: held.blob, grant: held.grant, used: spent.used });
    yield* this.#context.commit(put('held', held.imageId, spent));
    return { shown: 'default', reason: error.reason === 'revoked' ? 'revoked' : 'none_left', remaining: 0 };
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
