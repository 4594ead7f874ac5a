import type { CryptoSuite } from '@p2pimg/identity';
import type { Random } from '@p2pimg/netsim';
import type { AckBodies, RequestBodies, RequestType } from '@p2pimg/wire';
import type { Person, Society } from './society.ts';

/** What somebody wants of the cloud, before it has a life as a request. */
export interface Draft {
  readonly type: RequestType;
  readonly body: RequestBodies[RequestType];
  /** What the directory's log counts it as; undefined for requests that change nothing in the directory. */
  readonly effect: string | undefined;
  /** Codes with which a cloud that works may refuse it now. */
  readonly refusals: () => readonly string[];
  /** The person learns the answer. @returns what is wrong with it */
  readonly succeeded: (body: object) => string | undefined;
  readonly refused: () => void;
  /** Codes with which whoever has been given this answer may be refused the same request another time. */
  readonly withdrawn: (body: object) => readonly string[];
  /** Of an `encode`: for nobody but its handler. */
  readonly contentKey: string | undefined;
  /** Made by nobody else at the same time: the person's other requests wait. */
  readonly alone: boolean;
}

/** What a draft is made from. */
export interface Desk {
  readonly person: Person;
  readonly clientId: number;
  readonly society: Society;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly requestId: string;
  readonly wallNow: number;
}

export interface Handling<T extends RequestType> {
  readonly effect?: string;
  readonly refusals?: () => readonly string[];
  readonly succeeded?: (body: AckBodies[T]) => string | undefined;
  readonly refused?: () => void;
  readonly withdrawn?: (body: AckBodies[T]) => readonly string[];
  readonly contentKey?: string;
  readonly alone?: boolean;
}

export function draft<T extends RequestType>(type: T, body: RequestBodies[T], handling: Handling<T>): Draft {
  const { effect, refusals = none, refused = nothing, contentKey, alone = false } = handling;
  const succeeded = (handling.succeeded as Draft['succeeded'] | undefined) ?? nothing;
  const withdrawn = (handling.withdrawn as Draft['withdrawn'] | undefined) ?? none;
  return { type, body, effect, refusals, succeeded, refused, withdrawn, contentKey, alone };
}

const none = (): readonly string[] => [];
const nothing = (): undefined => undefined;
