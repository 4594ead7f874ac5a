import { isExpired } from '@p2pimg/rights';
import type { CallArgs, DefaultReason, ViewOutcome } from '../calls.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, OperationError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { LedgerCounts } from '../jobs.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type HeldImage, type OwnImage, put } from '../records.ts';
import { left } from '../sharing/rights.ts';
import { keepSpent } from './kept.ts';
import { type Denial, type Released, Releases } from './release.ts';
import { orForget } from './secrets.ts';

/** Views: spent durably, where the mode says so, in the ledger and in the picture, before anything is decrypted. */
export class Views {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #onStale: () => void;
  readonly #releases: Releases;

  /** @param onStale told when the cloud may know newer rights than this client */
  constructor(context: Context, cloud: Cloud, outbox: Outbox, onStale: () => void) {
    this.#context = context;
    this.#outbox = outbox;
    this.#onStale = onStale;
    this.#releases = new Releases(context, cloud, onStale);
  }

  view({ imageId }: CallArgs<'view'>): Flow<ViewOutcome> {
    const own = this.#context.model.get('own', imageId);
    if (own !== undefined) return this.#viewOwn(own);
    return this.#context.locks.hold(`held ${imageId}`, () => this.#viewHeld(imageId));
  }

  *#viewOwn({ blob, contentKey }: OwnImage): Flow<ViewOutcome> {
    const { picture, mime } = yield* this.#context.job('openOwn', { blob, contentKey });
    return { shown: 'picture', picture, mime, remaining: undefined };
  }

  *#viewHeld(imageId: string): Flow<ViewOutcome> {
    const context = this.#context;
    const held = context.model.get('held', imageId);
    if (held === undefined) throw new ClientError('not_held', 'you have no such picture');
    if (left(held) === 0) return byDefault(held.allowed === 0 ? 'revoked' : 'none_left', 0);
    if (isExpired(held, context.now)) return byDefault('expired', 0);
    const { blob, grant } = held;
    const band = yield* context.job('rewriteBand', { blob, grant, used: held.used });
    if (!band.genuine) return byDefault('tampered', left(held));
    const { used, offlineLeft } = band;
    const current = { ...held, used, offlineLeft };
    // Also of a mode of before: they were counted when they were taken.
    if (offlineLeft > 0) return yield* this.#viewAlone(current);
    switch (held.mode) {
      case 'witnessed':
        return yield* this.#viewWitnessed(current);
      case 'offline':
        return yield* this.#reserve(current);
      case 'trusting':
        return yield* this.#viewAlone(current);
    }
  }

  *#viewWitnessed(held: HeldImage): Flow<ViewOutcome> {
    const released = yield* this.#releases.ask(held, 1);
    if (typeof released === 'string') return yield* this.#denied(held, released);
    return yield* orForget(this.#context, { nonce: released.nonce }, () => this.#showReleased(held, released));
  }

  *#showReleased(held: HeldImage, { nonce, answer }: Released): Flow<ViewOutcome> {
    const { blob, grant } = held;
    const { receipt } = yield* this.#context.job('spendView', { grant, nonce, used: answer.used });
    const spent: HeldImage = { ...held, used: answer.used, viewedAt: this.#context.now };
    yield* this.#context.job('rewriteBand', { blob, grant, used: answer.used });
    yield* keepSpent(this.#context, this.#outbox, spent, receipt);
    if (answer.version > held.version) this.#onStale();
    const opened = yield* this.#context.job('openHeld', { blob, grant, nonce, share: answer.share });
    return { shown: 'picture', ...opened, remaining: left(spent) };
  }

  /** Takes views in advance: as many as the grant allows, or one when the cloud has fewer left than it seemed. */
  *#reserve(held: HeldImage): Flow<ViewOutcome> {
    const wanted = Math.max(1, Math.min(held.offlineViews, held.allowed - held.used));
    let released = yield* this.#releases.ask(held, wanted);
    if (released === 'no_views_left' && wanted > 1) released = yield* this.#releases.ask(held, 1);
    if (typeof released === 'string') return yield* this.#denied(held, released);
    const { nonce, views, answer } = released;
    const { grant, imageId } = held;
    const { used, share } = answer;
    const counts = yield* orForget(this.#context, { nonce }, () =>
      this.#context.job('reserveViews', { grant, nonce, views, used, share }),
    );
    const reserved: HeldImage = { ...held, ...counts };
    yield* this.#context.commit(put('held', imageId, reserved));
    if (answer.version > held.version) this.#onStale();
    return yield* this.#viewAlone(reserved);
  }

  /** A view that the ledger alone decides on. */
  *#viewAlone(held: HeldImage): Flow<ViewOutcome> {
    const { blob, grant } = held;
    try {
      const { ticket, ...spent } = yield* this.#context.job('spendAlone', { blob, grant });
      return yield* orForget(this.#context, { ticket }, () => this.#showSpent(held, ticket, spent));
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (error.problem === 'ClockWentBackError') throw new ClientError('clock_back', error.message, { cause: error });
      const reason = REFUSALS[error.problem];
      if (reason === undefined) throw error;
      return byDefault(reason, reason === 'rolled_back' ? left(held) : 0);
    }
  }

  *#showSpent(
    held: HeldImage,
    ticket: number,
    { receipt, ...counts }: LedgerCounts & { readonly receipt: string },
  ): Flow<ViewOutcome> {
    const { blob, grant } = held;
    const spent: HeldImage = { ...held, ...counts, viewedAt: this.#context.now };
    yield* this.#context.job('rewriteBand', { blob, grant, used: counts.used });
    yield* keepSpent(this.#context, this.#outbox, spent, receipt);
    const opened = yield* this.#context.job('openAlone', { blob, ticket });
    return { shown: 'picture', ...opened, remaining: left(spent) };
  }

  *#denied(held: HeldImage, denial: Denial): Flow<ViewOutcome> {
    yield* this.#context.commit(put('held', held.imageId, { ...held, deniedVersion: held.version }));
    this.#onStale();
    return byDefault(DENIALS[denial], 0);
  }
}

function byDefault(reason: DefaultReason, remaining: number): ViewOutcome {
  return { shown: 'default', reason, remaining };
}

const DENIALS: Readonly<Record<Denial, DefaultReason>> = {
  no_views_left: 'none_left',
  revoked: 'revoked',
  grant_expired: 'expired',
};

/** The ledger's errors by name. */
const REFUSALS: Readonly<Record<string, DefaultReason>> = {
  NoViewsLeftError: 'none_left',
  GrantExpiredError: 'expired',
  LedgerRolledBackError: 'rolled_back',
};
