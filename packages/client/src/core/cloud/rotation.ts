import type { CallArgs } from '../calls.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import { put, ROTATION, remove, SELF, type Self } from '../records.ts';
import { reissue, type Signing } from '../sharing/reissue.ts';
import type { Cloud } from './cloud.ts';

/**
 * Refusals after which these new keys are surely not the current ones. A refusal of another kind (a wrong clock, a full server, an id in
 * use) tells nothing of an earlier request, whose answer a crash may have lost.
 */
const NOT_ROTATED: ReadonlySet<string> = new Set(['bad_rotation', 'keys_changed', 'key_taken', 'not_registered']);

/**
 * New keys for this client. They are on the disk, with the statement that makes them valid, before the cloud hears of them, and from then on
 * in use: a session with the new keys may repeat the statement until it is answered, over any crash. Rights that were given are signed anew.
 */
export class Rotation {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #signing: Signing;

  constructor(cloud: Cloud, signing: Signing) {
    this.#context = signing.context;
    this.#cloud = cloud;
    this.#signing = signing;
  }

  /**
   * Signed by the keys of this profile, or by the recovery key when those are lost or stolen.
   * @throws ClientError `not_registered`, CloudUnreachableError (it goes on at the next sign-in), CloudRefusedError (the old keys stay when the rotation is none; after another refusal it goes on, too)
   */
  rotate(args: CallArgs<'rotateKeys'>): Flow<undefined> {
    return this.#context.locks.hold('rotation', () => this.#rotate(args));
  }

  /** Ends a rotation that was begun. @throws as {@link rotate} */
  *finish(): Flow<void> {
    if (this.#context.model.get('rotation', ROTATION) === undefined) return;
    yield* this.#context.locks.hold('rotation', () => this.#finish());
  }

  *#rotate({ recovery, clientId }: CallArgs<'rotateKeys'>): Flow<undefined> {
    const context = this.#context;
    yield* this.#finish();
    const known = context.model.self?.clientId;
    if (known !== undefined && clientId !== undefined && known !== clientId)
      throw new ClientError('already_registered', `this profile belongs to client ${known}`);
    const id = clientId ?? context.self().clientId;
    const from = recovery === undefined ? undefined : yield* this.#current(id);
    const staged = yield* context.job('stageKeys', { clientId: id, from, recovery });
    yield* context.commit(put('rotation', ROTATION, { clientId: id, ...staged }));
    yield* this.#finish();
    return undefined;
  }

  /** The keys to replace, which need not be those of this profile. */
  *#current(clientId: number): Flow<{ readonly signKey: string; readonly boxKey: string }> {
    const { signKey, boxKey } = yield* this.#cloud.ask('lookup', { clientId });
    return { signKey, boxKey };
  }

  *#finish(): Flow<void> {
    const context = this.#context;
    const rotating = context.model.get('rotation', ROTATION);
    if (rotating === undefined) return;
    yield* context.job('useKeys', {});
    const { clientId, signKey, boxKey, statement } = rotating;
    try {
      yield* this.#cloud.ask('rotate_keys', { signKey, boxKey, statement });
    } catch (error) {
      if (!(error instanceof CloudRefusedError && NOT_ROTATED.has(error.reason))) throw error;
      yield* context.job('dropKeys', {});
      yield* context.commit(remove('rotation', ROTATION));
      throw error;
    }
    yield* context.job('promoteKeys', {});
    // Each pair by itself, as its owner changes it; the rotation ends last, so that a crash before signs the rest anew.
    for (const sent of context.model.all('sent')) yield* reissue(this.#signing, sent);
    const self: Self = context.model.self ?? { clientId, counter: 0, generation: undefined };
    yield* context.commit(remove('rotation', ROTATION), put('self', SELF, self));
  }
}
