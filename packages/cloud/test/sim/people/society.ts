import type { Random } from '@p2pimg/netsim';
import { type AnyRequest, toHex } from '@p2pimg/wire';
import { randomBytes, simHash } from '../sim-suite.ts';
import type { Draft } from './draft.ts';

export const CLOUD_ID: string = 'c1'.repeat(16);

export interface Keys {
  readonly signPrivate: Uint8Array;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
}

/**
 * What the owner knows of a picture. `publishing` and `withdrawing` last for ever when the client forgets its request: then
 * nothing is known, and nothing is checked.
 */
export interface Picture {
  readonly imageId: string;
  readonly digest: string;
  state: 'encoded' | 'publishing' | 'published' | 'withdrawing' | 'withdrawn';
}

/** A viewer's rights as both sides know them: people tell each other without the cloud. */
export interface Grant {
  readonly owner: Person;
  readonly viewer: Person;
  readonly picture: Picture;
  version: number;
  allowed: number;
  bytes: Uint8Array;
  /** `owner.rotations` when it was signed. */
  signedAt: number;
  /** Every version that was signed. */
  readonly changes: { readonly version: number; readonly allowed: number }[];
  /** Views that were released, with their numbers: no two are the same. */
  readonly sequences: Set<number>;
}

export interface Notice {
  readonly id: string;
  readonly to: Person;
  /** `left` as soon as the cloud has said so; `taken` as soon as the receiver says that it has it. */
  state: 'leaving' | 'left' | 'taken';
}

/** A person with a client: what is on its disk, and what it has been told. Survives crashes of the client. */
export interface Person {
  readonly name: string;
  /** Asks for worker ports and never sends its pictures. */
  readonly drips: boolean;
  /** Servers that its client reaches. */
  readonly servers: readonly string[];
  keys: Keys;
  /** That a rotation puts in their place, while it is under way. */
  nextKeys: Keys | undefined;
  clientId: number | undefined;
  counter: number;
  presence: 'offline' | 'signing in' | 'online' | 'signing out';
  /** Rises with every request that may change `presence`. */
  presenceChanges: number;
  /** Rises when a rotation begins, and again when it ends. */
  rotations: number;
  readonly pictures: Picture[];
  readonly inbox: Notice[];
  /** What it does alone and does not know the end of: goes on after a crash. */
  unfinished: { readonly draft: Draft; readonly request: AnyRequest } | undefined;
  /** Requests that it still makes. */
  left: number;
  connections: number;
}

/** All people, and what they have of each other. */
export interface Society {
  readonly people: readonly Person[];
  readonly grants: Grant[];
}

export function newKeys(random: Random): Keys {
  const signPrivate = randomBytes(random, 32);
  return { signPrivate, signKey: simHash(signPrivate), boxKey: randomBytes(random, 32) };
}

export function newPerson(
  random: Random,
  name: string,
  servers: readonly string[],
  requests: number,
  drips: boolean,
): Person {
  return {
    name,
    drips,
    servers,
    keys: newKeys(random),
    nextKeys: undefined,
    clientId: undefined,
    counter: 0,
    presence: 'offline',
    presenceChanges: 0,
    rotations: 0,
    pictures: [],
    inbox: [],
    unfinished: undefined,
    left: requests,
    connections: 0,
  };
}

export function randomHex(random: Random, bytes: number): string {
  return toHex(randomBytes(random, bytes));
}
