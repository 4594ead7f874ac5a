import type { DirectoryAnswer, DirectoryCall, DirectoryMethod } from '@p2pimg/directory';
import type { CryptoSuite } from '@p2pimg/identity';
import type { AckBodies, Request, RequestType, WireAddress } from '@p2pimg/wire';
import type { CloudConfig } from '../config.ts';
import type { BytesHandle, Job, JobResults } from '../effects.ts';

/**
 * One request's work, written as a generator: it yields what it needs and is resumed with the result, or with an error
 * (`Refusal`, `NotNow`, `AttemptEnded`) thrown into it. It sees no clock, no callback and no `await`.
 */
export type Procedure<T> = Generator<Operation, T, unknown>;

export type Operation =
  | { readonly kind: 'directory'; readonly call: DirectoryCall }
  | { readonly kind: 'job'; readonly job: Job }
  /** Waits for a free worker; ends the work with `NoRoom` when too many wait. */
  | { readonly kind: 'worker'; readonly bytes: number }
  /** Opens the worker port and tells the client. */
  | { readonly kind: 'lane' }
  | { readonly kind: 'upload'; readonly bytes: number }
  | { readonly kind: 'result'; readonly bytes: BytesHandle };

/** What a procedure knows of its surroundings. */
export interface Context {
  readonly config: CloudConfig;
  readonly suite: CryptoSuite;
  /** The key that the client's session has proven. */
  readonly clientKey: Uint8Array;
  /** Where the client's datagrams come from. */
  readonly address: WireAddress;
  /** The server's wall clock, in ms since the epoch, when the request came. */
  readonly wallMs: number;
  /** Shared by all requests of one session. */
  readonly recent: RecentAsker;
}

/** Whose key a session's was when that was asked last, and when (as `wallMs`). */
export interface RecentAsker {
  clientId: number | undefined;
  askedAt: number;
}

export type Procedures = {
  readonly [T in RequestType]: (context: Context, request: Request<T>) => Procedure<AckBodies[T]>;
};

/** Asks the directory. */
export function* ask<M extends DirectoryMethod>(
  method: M,
  call: Extract<DirectoryCall, { readonly method: M }>['call'],
): Procedure<DirectoryAnswer<M>> {
  return (yield { kind: 'directory', call: { method, call } as DirectoryCall }) as DirectoryAnswer<M>;
}

/** Has a job done in another thread. */
export function* work<J extends Job>(job: J): Procedure<JobResults[J['kind']]> {
  return (yield { kind: 'job', job }) as JobResults[J['kind']];
}
