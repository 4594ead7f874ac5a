/**
 * The directory of service: who is online, what they offer, which rights changes still wait for somebody.
 *
 * One interface, several implementations, one compliance suite. Every method takes one argument object, so that a
 * call can travel as data: see {@link DirectoryCall}. All times are milliseconds since the epoch on the directory's
 * own clock, unless a field says otherwise.
 */

import type { Address } from './values.ts';

/** A client's number: given at registration, 1 … 2^53 − 1, never reused, without order or meaning. */
export type ClientId = number;

export type Visibility = 'everyone' | 'contacts' | 'nobody';

/**
 * What makes a mutation happen once. A claim is kept under (client key, request id) until `notAfter`; the same claim
 * again reads the stored outcome, refusals included; another `bodyDigest` under it is a `ConflictError`.
 */
export interface Claim {
  /** X25519 public key of the client's session, 32 bytes. */
  readonly clientKey: Uint8Array;
  /** 16 bytes. */
  readonly requestId: Uint8Array;
  /** SHA-256 of the request's canonical body, 32 bytes. */
  readonly bodyDigest: Uint8Array;
  /** New claims past this time, or more than 10 minutes before it, are refused with `DeniedError`. */
  readonly notAfter: number;
}

/** The outcome of a mutation; `replayed` when it was read from an earlier claim. */
export interface Outcome<T> {
  readonly value: T;
  readonly replayed: boolean;
}

export interface ClientRecord {
  readonly clientId: ClientId;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
  /** Ed25519 public key that may replace the other two. */
  readonly recoveryKey: Uint8Array | undefined;
  /** Where its peer-to-peer parent port is reached; undefined when offline. */
  readonly address: Address | undefined;
  readonly online: boolean;
  readonly visibility: Visibility;
}

export interface ResourceRecord {
  readonly imageId: string;
  readonly ownerId: ClientId;
  /** SHA-256 of the level-1 stego image, 32 bytes. */
  readonly digest: Uint8Array;
}

export type NewResource = Pick<ResourceRecord, 'imageId' | 'digest'>;

export interface OnlineClient {
  readonly clientId: ClientId;
  readonly address: Address;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
  /** At most `imagesPerClient` ids in ascending order; `moreImages` when there are others (see `listImages`). */
  readonly images: readonly string[];
  readonly moreImages: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it as `after` to read on; undefined at the end. */
  readonly next: number | undefined;
}

/** A grant as the directory keeps it: opaque signed bytes, and the fields that it orders by. */
export interface StoredGrant {
  /** 16 bytes. */
  readonly grantId: Uint8Array;
  readonly imageId: string;
  readonly ownerId: ClientId;
  readonly viewerId: ClientId;
  readonly version: number;
  /** Absolute and cumulative, u32. */
  readonly allowed: number;
  /** Views released so far, u32. */
  readonly used: number;
  readonly ackedVersion: number;
  /** The signed grant (464 bytes in format 1; at most 1,024). */
  readonly grant: Uint8Array;
}

export type NoticeKind = 'image_rejected' | 'increase_rejected';

/** A refusal that waits for somebody who was offline. */
export interface Notice {
  /** The id of the request that was refused, 16 bytes. */
  readonly noticeId: Uint8Array;
  readonly fromId: ClientId;
  readonly kind: NoticeKind;
  readonly imageId: string;
}

export interface Pending {
  /** Grants whose version is above the acknowledged one, oldest change first. */
  readonly grants: readonly StoredGrant[];
  readonly notices: readonly Notice[];
  /** More wait than fitted `limit`. */
  readonly more: boolean;
}

export interface ReleasedView {
  /** 1 for the first view ever released under the grant; the same for a repeated nonce. */
  readonly sequence: number;
  /** The highest version known, its allowed views, and the views used after this release. */
  readonly version: number;
  readonly allowed: number;
  readonly used: number;
}

/** The failure token: at most one server plays dead at any time. */
export interface TokenRow {
  /** Rises with every hand-over. */
  readonly turn: number;
  readonly holder: string;
  /** The holder is down until then; a token past it is free. */
  readonly until: number;
}

export interface DirectoryInfo {
  readonly schemaVersion: number;
  /** Changes when the directory was restored from a backup; owners then publish again. 16 bytes. */
  readonly generation: Uint8Array;
  readonly now: number;
}

export interface Directory {
  // ---- mutations by clients: each needs a claim and happens once ----

  /** Keys are unique: registering the same keys again returns the same id. @throws ConflictError when one key belongs to somebody else. */
  register(call: {
    readonly claim: Claim;
    readonly signKey: Uint8Array;
    readonly boxKey: Uint8Array;
    readonly recoveryKey?: Uint8Array;
  }): Promise<Outcome<{ readonly clientId: ClientId }>>;

  /**
   * Replaces both keys; the caller has verified the rotation statement, which names `currentSignKey`. Of two statements about the same
   * keys one applies; the other is refused. @throws NotFoundError, ConflictError
   */
  rotateKeys(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    /** The key that is replaced. */
    readonly currentSignKey: Uint8Array;
    readonly signKey: Uint8Array;
    readonly boxKey: Uint8Array;
  }): Promise<Outcome<{ readonly clientId: ClientId }>>;

  /** Online at `address` until `leaseMs` have passed unrenewed. Only a counter above the stored one is accepted (`ConflictError`). */
  signIn(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    readonly counter: number;
    readonly address: Address;
    readonly visibility: Visibility;
    readonly leaseMs: number;
  }): Promise<Outcome<{ readonly leaseUntil: number }>>;

  /** Offline, if `counter` is the current session's; a later session is left alone (and the call succeeds). */
  shutdown(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    readonly counter: number;
  }): Promise<Outcome<{ readonly offline: boolean }>>;

  /**
   * Makes 1 to 16 images known, all or none. The same digest again succeeds. `boxKey`: must be the client's key of now, so that the caller
   * need not have looked. @throws ConflictError another digest under an id; DeniedError not the owner, too many images, `not_registered`:
   * the client has another key
   */
  addResources(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    readonly boxKey?: Uint8Array;
    readonly images: readonly NewResource[];
  }): Promise<Outcome<Record<string, never>>>;

  /** @throws NotFoundError, DeniedError */
  removeResource(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    readonly imageId: string;
  }): Promise<Outcome<{ readonly imageId: string }>>;

  /**
   * Keeps the grant with the highest version of the pair (viewer, image); a lower one changes nothing and succeeds.
   * The caller has verified the signature. @throws ConflictError same version with other bytes, or another grant id for the pair;
   * NotFoundError unknown viewer or image; DeniedError not the image's owner, or too many grants wait (only for the first of a pair, and
   * never for one that allows nothing)
   */
  publishGrant(call: {
    readonly claim: Claim;
    readonly ownerId: ClientId;
    readonly viewerId: ClientId;
    readonly imageId: string;
    readonly grantId: Uint8Array;
    readonly version: number;
    readonly allowed: number;
    readonly grant: Uint8Array;
  }): Promise<Outcome<{ readonly version: number }>>;

  /** Leaves a refusal for somebody who is offline. The same notice id again succeeds. @throws NotFoundError unknown receiver; DeniedError its mailbox is full */
  leaveNotice(call: {
    readonly claim: Claim;
    readonly fromId: ClientId;
    readonly toId: ClientId;
    readonly noticeId: Uint8Array;
    readonly kind: NoticeKind;
    readonly imageId: string;
  }): Promise<Outcome<Record<string, never>>>;

  /** Says that these have been applied; what is not pending is ignored. */
  acknowledge(call: {
    readonly claim: Claim;
    readonly clientId: ClientId;
    readonly grants: readonly { readonly grantId: Uint8Array; readonly version: number }[];
    readonly notices: readonly Uint8Array[];
  }): Promise<Outcome<Record<string, never>>>;

  /**
   * Counts one view. Keyed by (grant id, nonce): a repeat reads the first answer, also when no views are left, as long as the newest
   * version still covers it (allows as many views as were used after it); so what was withdrawn meanwhile is not answered again.
   * The signed grant comes with the request, so a newer version than the stored one is taken over, and `used` only rises.
   * @throws DeniedError no views left, or revoked; NotFoundError unknown image or viewer
   */
  releaseView(call: {
    readonly claim: Claim;
    readonly ownerId: ClientId;
    readonly viewerId: ClientId;
    readonly imageId: string;
    readonly grantId: Uint8Array;
    readonly version: number;
    readonly allowed: number;
    readonly grant: Uint8Array;
    /** Views that the viewer's ledger counts. */
    readonly used: number;
    /** X25519 public half made for this view, 32 bytes. */
    readonly nonce: Uint8Array;
    /** Views asked at once: 1, or n for an offline debit. */
    readonly views: number;
  }): Promise<Outcome<ReleasedView>>;

  /**
   * Refuses the mutation `method` under that claim, for a reason that the caller has found: from then on it is refused the same way,
   * whoever asks for it. When it had been made before, nothing changes, and what it came to is read.
   * @throws RefusedError with `refusal.code`; the refusal that was stored before; ConflictError, DeniedError as for each mutation
   */
  refuse(call: {
    readonly claim: Claim;
    readonly method: ClaimedMethod;
    /** `code`: `[a-z][a-z0-9_]{0,47}`; `message`: at most 500 characters. */
    readonly refusal: { readonly code: string; readonly message: string };
  }): Promise<{ readonly value: object }>;

  // ---- idempotent by nature: no claim ----

  /** Prolongs the lease of the session that `counter` names; `renewed: false` when it is not the current one. */
  renewLease(call: {
    readonly clientId: ClientId;
    readonly counter: number;
    readonly leaseMs: number;
  }): Promise<{ readonly renewed: boolean; readonly leaseUntil: number }>;

  /**
   * Takes the failure token if it is free and it is `holder`'s turn, by one conditional update on the directory's clock.
   * `turn` is the last turn the caller has seen: `taken: false` with the current row when it has moved on.
   */
  takeToken(call: {
    readonly holder: string;
    readonly turn: number;
    readonly holdMs: number;
  }): Promise<{ readonly taken: boolean; readonly row: TokenRow; readonly now: number }>;

  // ---- reads ----

  readToken(call: Record<string, never>): Promise<{ readonly row: TokenRow | undefined; readonly now: number }>;
  /** With `askerId`: address, and whether it is online, only as far as the client's visibility lets that asker see. */
  clientByKey(call: { readonly boxKey: Uint8Array; readonly askerId?: ClientId }): Promise<ClientRecord | undefined>;
  /** As {@link clientByKey}. */
  clientById(call: { readonly clientId: ClientId; readonly askerId?: ClientId }): Promise<ClientRecord | undefined>;
  /** Signed-in clients by ascending id, the asker left out, as far as their visibility lets the asker see them. */
  listOnline(call: {
    readonly askerId: ClientId;
    readonly after?: number;
    /** 1 … 200 */
    readonly limit: number;
    /** 1 … 200 */
    readonly imagesPerClient: number;
  }): Promise<Page<OnlineClient>>;
  /** Image ids of one client in ascending order, after `afterImageId`. With `askerId`: none when that asker does not see the client. */
  listImages(call: {
    readonly askerId?: ClientId;
    readonly ownerId: ClientId;
    readonly afterImageId?: string;
    readonly limit: number;
  }): Promise<{ readonly items: readonly string[]; readonly more: boolean }>;
  resource(call: { readonly imageId: string }): Promise<ResourceRecord | undefined>;
  pending(call: { readonly clientId: ClientId; readonly limit: number }): Promise<Pending>;
  grant(call: { readonly grantId: Uint8Array }): Promise<StoredGrant | undefined>;
  info(call: Record<string, never>): Promise<DirectoryInfo>;
}

/** Methods of {@link Directory}. */
export type DirectoryMethod = keyof Directory;

/** Mutations by clients, which need a claim. */
export type ClaimedMethod = {
  readonly [M in DirectoryMethod]: DirectoryAnswer<M> extends Outcome<object> ? M : never;
}[DirectoryMethod];

/** A directory call as data: what the cores emit as an effect. */
export type DirectoryCall = {
  readonly [M in DirectoryMethod]: { readonly method: M; readonly call: Parameters<Directory[M]>[0] };
}[DirectoryMethod];

/** What a method resolves to. */
export type DirectoryAnswer<M extends DirectoryMethod> = Awaited<ReturnType<Directory[M]>>;

/** A directory that holds connections or files. */
export interface OpenDirectory extends Directory {
  /** Deletes claims past their `notAfter`, acknowledged notices and answered releases past their keeping time; returns how many. */
  purge(options: { readonly limit: number }): Promise<number>;
  close(): Promise<void>;
}
