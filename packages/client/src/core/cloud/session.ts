import type { PendingBody } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import { put, SELF } from '../records.ts';
import type { Cloud } from './cloud.ts';
import type { Rotation } from './rotation.ts';

export interface SessionHandlers {
  /** The directory has put this client online, with what waited for it. */
  readonly onSignedIn: (pending: PendingBody, restored: boolean) => Flow<void>;
  /** This client goes offline by itself. */
  readonly onSigningOut: () => void;
}

/** Registration, and being online: a durable counter that only rises, and a lease that is renewed. */
export class CloudSession {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #handlers: SessionHandlers;
  readonly #rotation: Rotation;
  /** The counter of the current session; undefined when signed out. */
  #counter: number | undefined;

  constructor(context: Context, cloud: Cloud, rotation: Rotation, handlers: SessionHandlers) {
    this.#context = context;
    this.#cloud = cloud;
    this.#rotation = rotation;
    this.#handlers = handlers;
  }

  get signedIn(): boolean {
    return this.#counter !== undefined;
  }

  /** @throws ClientError `not_signed_in`, or `not_registered` */
  require(): void {
    this.#context.self();
    if (!this.signedIn) throw new ClientError('not_signed_in', 'sign in first');
  }

  *register(token: string | undefined): Flow<number> {
    const context = this.#context;
    const id = context.newId();
    const { recoveryKey, ...proof } = yield* context.job('proveRegistration', { requestId: id });
    const body = {
      ...proof,
      ...(recoveryKey === undefined ? {} : { recoveryKey }),
      ...(token === undefined ? {} : { token }),
    };
    const { clientId } = yield* this.#cloud.ask('register', body, { id });
    const known = context.model.self;
    yield* context.commit(put('self', SELF, { counter: 0, generation: undefined, ...known, clientId }));
    return clientId;
  }

  signIn(): Flow<number> {
    return this.#context.locks.hold('session', () => this.#signIn());
  }

  /** Offline, also after a sign-in that is still under way; whether there was anything to end. */
  shutdown(): Flow<boolean> {
    return this.#context.locks.hold('session', () => this.#shutdown());
  }

  *#shutdown(): Flow<boolean> {
    this.#handlers.onSigningOut();
    const counter = this.#counter;
    if (counter === undefined) return false;
    this.#counter = undefined;
    const { offline } = yield* this.#cloud.ask('shutdown', { counter });
    return offline;
  }

  *#signIn(): Flow<number> {
    const context = this.#context;
    yield* this.#rotation.finish();
    const self = context.self();
    // The time keeps the counter rising when an old copy of the profile is restored.
    const counter = Math.max(self.counter + 1, context.now);
    yield* context.commit(put('self', SELF, { ...self, counter }));
    const { host, port, visibility } = context.settings;
    const body = { counter, port, visibility, ...(host === undefined ? {} : { host }) };
    const answer = yield* this.#cloud.ask('sign_in', body);
    this.#counter = counter;
    const restored = self.generation !== undefined && self.generation !== answer.generation;
    yield* context.commit(put('self', SELF, { ...context.self(), generation: answer.generation }));
    context.flows.spawn(this.#renew(counter, answer.leaseMs));
    yield* this.#handlers.onSignedIn(answer.pending, restored);
    return answer.clientId;
  }

  *#renew(counter: number, leaseMs: number): Flow<void> {
    const context = this.#context;
    let pause = leaseMs / 3;
    for (;;) {
      yield* context.sleep(pause);
      if (this.#counter !== counter) return;
      try {
        const { renewed } = yield* this.#cloud.ask('renew', { counter }, { withinMs: Math.max(1_000, leaseMs / 3) });
        if (this.#counter !== counter) return;
        if (!renewed) return yield* this.#again();
        pause = leaseMs / 3;
      } catch (error) {
        if (error instanceof CloudRefusedError) return yield* this.#again();
        if (!(error instanceof ClientError)) throw error;
        context.report({ kind: 'leaseLost' });
        pause = 1_000;
      }
    }
  }

  /** The directory has put this client offline: back, unless somebody else signs in with the same keys now. */
  *#again(): Flow<void> {
    const context = this.#context;
    while (this.signedIn) {
      try {
        yield* this.signIn();
        return;
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        context.report({ kind: 'leaseLost' });
        yield* context.sleep(1_000);
      }
    }
  }
}
