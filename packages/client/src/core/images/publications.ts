import { MAX_PUBLISHED_TOGETHER } from '@p2pimg/wire';
import { answerTo, type Cloud } from '../cloud/cloud.ts';
import type { Exchange } from '../cloud/exchange.ts';
import type { Context } from '../context.ts';
import { CloudRefusedError, CloudUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { together } from '../flow/together.ts';
import { type OwnImage, put } from '../records.ts';

/** How many pictures are published again at once: enough to fill requests, few enough that none waits past its time. */
const AGAIN_AT_ONCE: number = 4 * MAX_PUBLISHED_TOGETHER;

/** How long a picture waits for those that are being hidden: about as long as a publication takes in a busy cloud. */
const COMPANY_MS = 20;

interface Waiting {
  readonly image: OwnImage;
  readonly token: number;
  readonly deadline: number;
}

/**
 * Tells the directory of own pictures, of several in one request: what comes while one is under way waits for its answer, and then a moment
 * for others that are on their way, if there are any. A picture that is alone goes at once.
 * Callers hold the lock of their picture, so that a withdrawal comes after the publication that it takes back.
 */
export class Publications {
  readonly #context: Context;
  readonly #cloud: Cloud;
  #waiting: Waiting[] = [];
  /** The request that is under way. */
  #exchange: Exchange | undefined;
  #asking = false;
  /** Pictures that are on their way to be published. */
  #coming = 0;
  /** Settled when nobody need wait for more company. */
  #company: number | undefined;

  constructor(context: Context, cloud: Cloud) {
    this.#context = context;
    this.#cloud = cloud;
  }

  /** Does what makes a picture ready to be published; others wait for it a moment. */
  *expect<T>(making: Flow<T>): Flow<T> {
    this.#coming += 1;
    try {
      const made = yield* making;
      this.#coming -= 1;
      return made;
    } catch (error) {
      this.#coming -= 1;
      this.#endWait();
      throw error;
    }
  }

  /**
   * Publishes a picture and remembers that, or what became of it alone, whoever shared its request.
   * @throws CloudUnreachableError, CloudRefusedError
   */
  *publish(image: OwnImage): Flow<void> {
    yield* this.#told(image);
    yield* this.#context.commit(put('own', image.imageId, { ...image, state: 'published' }));
  }

  /** The directory was restored from a backup: it may have forgotten what it had acknowledged. */
  *again(): Flow<void> {
    const { model, flows } = this.#context;
    const published = model.all('own').filter(({ state }) => state === 'published');
    for (let at = 0; at < published.length; at += AGAIN_AT_ONCE) {
      const some = published.slice(at, at + AGAIN_AT_ONCE);
      yield* together(
        flows,
        some.map(({ imageId }) => this.#again(imageId)),
      );
    }
  }

  #again(imageId: string): Flow<void> {
    const context = this.#context;
    const told = (image: OwnImage): Flow<void> => this.#told(image);
    return context.locks.hold(`own ${imageId}`, function* () {
      const image = context.model.get('own', imageId);
      if (image?.state !== 'published') return; // withdrawn meanwhile
      try {
        yield* told(image);
      } catch (error) {
        context.trouble(`publishing ${imageId} again`, error);
      }
    });
  }

  *#told(image: OwnImage): Flow<void> {
    const { flows, settings, now } = this.#context;
    const waiting = { image, token: flows.token(), deadline: now + settings.requestMs };
    this.#waiting.push(waiting);
    if (!this.#asking) flows.spawn(this.#askForAll());
    else this.#endWait();
    try {
      yield* flows.wait<void>(waiting.token, waiting.deadline);
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      throw new CloudUnreachableError(this.#exchange?.hop() ?? 'no answer');
    }
  }

  *#askForAll(): Flow<void> {
    this.#asking = true;
    while (this.#waiting.length > 0) {
      yield* this.#awaitCompany();
      const group = this.#waiting.splice(0, MAX_PUBLISHED_TOGETHER);
      if (group.length > 0) yield* this.#askFor(group);
    }
    this.#asking = false;
  }

  get #isComplete(): boolean {
    return this.#coming === 0 || this.#waiting.length >= MAX_PUBLISHED_TOGETHER;
  }

  /** If nobody else need be waited for. */
  #endWait(): void {
    if (this.#company !== undefined && this.#isComplete) this.#context.flows.settle(this.#company, undefined);
  }

  *#awaitCompany(): Flow<void> {
    if (this.#isComplete) return;
    const { flows, now } = this.#context;
    this.#company = flows.token();
    try {
      yield* flows.wait<void>(this.#company, now + COMPANY_MS);
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    this.#company = undefined;
  }

  *#askFor(group: readonly Waiting[]): Flow<void> {
    const { flows } = this.#context;
    const refusal = yield* this.#refusalOf(group);
    if (refusal === undefined) {
      for (const { token } of group) flows.settle(token, undefined);
    } else if (group.length > 1 && refusal instanceof CloudRefusedError) {
      // One of them was meant, and nobody says which: each by itself then. Whose time is over meanwhile has gone.
      for (const one of group) if (one.deadline > this.#context.now) yield* this.#askFor([one]);
    } else {
      for (const { token } of group) flows.reject(token, refusal);
    }
  }

  /** Asks for all in one request; undefined when they are published. */
  *#refusalOf(group: readonly Waiting[]): Flow<unknown> {
    const images = group.map(({ image: { imageId, digest } }) => ({ imageId, digest }));
    const withinMs = Math.max(...group.map(({ deadline }) => deadline)) - this.#context.now;
    try {
      yield* this.#cloud.converse('publish', { images }, { withinMs }, (exchange) => {
        this.#exchange = exchange;
        return answerTo('publish', exchange);
      });
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
