import type { BytesHandle, ClientEffect } from './effects.ts';
import { ClientError, OperationError } from './errors.ts';
import { type Flow, Flows, WaitTimeoutError } from './flow/flows.ts';
import { Locks } from './flow/locks.ts';
import type { JobInput, JobName, JobOutput } from './jobs.ts';
import { Model } from './model.ts';
import type { News } from './news.ts';
import type { Change, Self } from './records.ts';
import type { CoreSettings } from './settings.ts';

/** Fresh hexadecimal digits for `bytes` bytes. */
export type RandomHex = (bytes: number) => string;

type OperationEffect = Extract<ClientEffect, { readonly opId: number }>;
type WithoutId<E> = E extends unknown ? Omit<E, 'opId'> : never;

/** What all flows share: the model, the time, and the ways to the world. */
export class Context {
  readonly settings: CoreSettings;
  readonly model: Model;
  readonly flows: Flows;
  readonly locks: Locks;
  readonly randomHex: RandomHex;
  now = 0;
  #effects: ClientEffect[] = [];
  readonly #progress = new Map<number, (bytes: number) => void>();

  constructor(settings: CoreSettings, records: readonly Change[], randomHex: RandomHex) {
    this.settings = settings;
    this.model = new Model(records);
    this.randomHex = randomHex;
    this.flows = new Flows((error) => this.trouble('flow', error));
    this.locks = new Locks(this.flows);
  }

  emit(effect: ClientEffect): void {
    this.#effects.push(effect);
  }

  takeEffects(): readonly ClientEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  report(news: News): void {
    this.emit({ kind: 'report', news });
  }

  trouble(where: string, error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
    this.report({ kind: 'trouble', where, message });
  }

  /** Emits an effect and waits for its completion. @throws OperationError, WaitTimeoutError */
  *perform<T>(
    effect: WithoutId<OperationEffect>,
    options: { readonly deadline?: number; readonly onProgress?: (bytes: number) => void } = {},
  ): Flow<T> {
    const opId = this.flows.token();
    if (options.onProgress !== undefined) this.#progress.set(opId, options.onProgress);
    this.emit({ ...effect, opId } as OperationEffect);
    try {
      return yield* this.flows.wait<T>(opId, options.deadline);
    } finally {
      this.#progress.delete(opId);
    }
  }

  progressed(opId: number, bytes: number): void {
    this.#progress.get(opId)?.(bytes);
  }

  /** @throws OperationError */
  job<N extends JobName>(name: N, input: JobInput<N>): Flow<JobOutput<N>> {
    return this.perform<JobOutput<N>>({ kind: 'job', job: { name, input } } as WithoutId<OperationEffect>);
  }

  release(bytes: BytesHandle): void {
    this.emit({ kind: 'release', bytes });
  }

  /** Stores the changes, and only then shows them in the model. @throws ClientError `store_failed` */
  *commit(...changes: readonly Change[]): Flow<void> {
    if (changes.length === 0) return;
    try {
      yield* this.perform<void>({ kind: 'store', changes });
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      throw new ClientError('store_failed', `could not be stored: ${error.message}`, { cause: error });
    }
    this.model.apply(changes);
  }

  *sleep(ms: number): Flow<void> {
    try {
      yield* this.flows.wait(this.flows.token(), this.now + ms);
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
  }

  /** @throws ClientError `not_registered` */
  self(): Self {
    const { self } = this.model;
    if (self === undefined) throw new ClientError('not_registered', 'this profile is not registered yet');
    return self;
  }

  newId(): string {
    return this.randomHex(16);
  }
}
