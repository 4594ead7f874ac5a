import type { AckBodies } from '@p2pimg/wire';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { HeldImage } from '../records.ts';

/** A release that was asked for and not answered: the next attempt asks with the same key, so that it is counted once. */
interface Asked {
  readonly nonce: string;
  readonly grant: string;
  readonly views: number;
}

export interface Released {
  readonly nonce: string;
  readonly views: number;
  readonly answer: AckBodies['release_view'];
}

/** The cloud's refusals that mean that nothing is left. */
const SPENT = ['no_views_left', 'revoked', 'grant_expired'] as const;
export type Denial = (typeof SPENT)[number];

/** The cloud counts views, and releases its half of the key sealed to a key of this one request. */
export class Releases {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #asked = new Map<string, Asked>();

  readonly #onStale: () => void;

  /** @param onStale told when the cloud does not take the grant any more: the owner may have issued another */
  constructor(context: Context, cloud: Cloud, onStale: () => void) {
    this.#context = context;
    this.#cloud = cloud;
    this.#onStale = onStale;
  }

  /** So many views at once, or why there are none. @throws CloudUnreachableError, CloudRefusedError for another reason */
  *ask({ imageId, grant, used }: HeldImage, views: number): Flow<Released | Denial> {
    const asked = yield* this.#request(imageId, grant, views);
    const { nonce } = asked;
    try {
      const answer = yield* this.#cloud.ask('release_view', { imageId, grant, used, nonce, views: asked.views });
      this.#asked.delete(imageId);
      return { nonce, views: asked.views, answer };
    } catch (error) {
      if (!(error instanceof CloudRefusedError)) throw error;
      this.#asked.delete(imageId);
      yield* this.#context.job('forgetView', { nonce });
      const denial = SPENT.find((reason) => reason === error.reason);
      if (error.reason === 'bad_grant') this.#onStale();
      if (denial === undefined) throw error;
      return denial;
    }
  }

  *#request(imageId: string, grant: string, views: number): Flow<Asked> {
    const before = this.#asked.get(imageId);
    if (before?.grant === grant) return before;
    if (before !== undefined) yield* this.#context.job('forgetView', before);
    const { nonce } = yield* this.#context.job('makeReleaseKey', {});
    const asked = { nonce, grant, views };
    this.#asked.set(imageId, asked);
    return asked;
  }
}
