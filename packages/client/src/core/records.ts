/**
 * What a client remembers across crashes: one table per kind of thing, one JSON value per key. A set of changes is stored
 * whole or not at all.
 */

import type { GrantMode } from '@p2pimg/rights';
import type { PeerBodies, PeerType } from '@p2pimg/wire';
import type { SharingMode } from './sharing/mode.ts';

/** The client itself; one record under `SELF`. */
export interface Self {
  readonly clientId: number;
  /** The counter of the last sign-in that was sent: the next one is higher. */
  readonly counter: number;
  /** The directory's generation at the last sign-in; when it changes, images and grants are published again. */
  readonly generation: string | undefined;
}

/** Keys that the cloud has still to be told of; one record under `ROTATION`. */
export interface Rotating {
  readonly clientId: number;
  /** The new keys, hexadecimal. */
  readonly signKey: string;
  readonly boxKey: string;
  /** Signed by the old or the recovery key; base64url. */
  readonly statement: string;
}

/** A picture of this client. */
export interface OwnImage {
  readonly imageId: string;
  /** Of the level-1 stego picture: its file, length and SHA-256 (hexadecimal). */
  readonly blob: string;
  readonly bytes: number;
  readonly digest: string;
  /** Of the hidden picture. */
  readonly mime: string;
  readonly originalBytes: number;
  readonly originalDigest: string;
  /** Hexadecimal, 32 bytes. */
  readonly contentKey: string;
  /** `encoded` exists only here; `published` is known to the directory; `withdrawn` no longer. */
  readonly state: 'encoded' | 'published' | 'withdrawn';
  readonly createdAt: number;
}

/** A picture of somebody else, with its rights. */
export interface HeldImage {
  readonly imageId: string;
  readonly ownerId: number;
  /** The file of the two-level picture, and its length. */
  readonly blob: string;
  readonly bytes: number;
  readonly mime: string;
  /** SHA-256 of the level-1 picture. */
  readonly digest: string;
  readonly grantId: string;
  readonly version: number;
  /** Absolute and cumulative. */
  readonly allowed: number;
  /** Views spent so far, as the ledger and the cloud count them; those held in advance are among them. */
  readonly used: number;
  readonly mode: GrantMode;
  /** Mode `offline`: how many views may be held in advance, and how many are. */
  readonly offlineViews: number;
  readonly offlineLeft: number;
  /** Milliseconds since the epoch; 0 for never. */
  readonly expiresAt: number;
  /** The version under which the cloud said that nothing is left: views of a lost copy or of another device. */
  readonly deniedVersion: number | undefined;
  /** base64url */
  readonly grant: string;
  readonly receivedAt: number;
  readonly viewedAt: number | undefined;
}

/** A picture of somebody else that is on its way: `blob` has its first bytes. */
export interface ArrivingImage {
  readonly imageId: string;
  readonly ownerId: number;
  readonly blob: string;
  /** What was offered: only the same bytes go on where the first ones ended. */
  readonly bytes: number;
  readonly digest: string;
  readonly grant: string;
}

/** The rights of one viewer on one own picture. */
export interface SentGrant {
  readonly imageId: string;
  readonly viewerId: number;
  readonly grantId: string;
  readonly version: number;
  readonly allowed: number;
  readonly mode: SharingMode;
  /** Milliseconds since the epoch; 0 for never. Absent in records of before: then it follows from `changedAt`. */
  readonly expiresAt?: number;
  /** As far as the owner knows. */
  readonly used: number;
  readonly grant: string;
  /** The viewer's half of the content key, hexadecimal: it authenticates the first rights band. */
  readonly viewerShare: string;
  readonly changedAt: number;
  readonly viewedAt: number | undefined;
}

/** A peer's request that waits for the owner, or was answered (kept, so that a repeat is known). */
export interface QueuedRequest {
  readonly id: string;
  readonly kind: 'image' | 'increase';
  readonly from: number;
  readonly imageId: string;
  readonly views: number;
  readonly arrivedAt: number;
  readonly state: 'waiting' | 'approved' | 'rejected';
}

/** A request of this client to an owner. */
export interface AskedRequest {
  readonly id: string;
  readonly kind: 'image' | 'increase';
  readonly ownerId: number;
  readonly imageId: string;
  readonly views: number;
  /** What was allowed when more was asked for: rights that allow no more than that are no answer. */
  readonly allowed?: number;
  readonly askedAt: number;
  /** `granted`: the rights are known to have been given, the picture still has to come. */
  readonly state: 'open' | 'granted' | 'approved' | 'rejected';
}

/** A picture that an owner offers unasked. */
export interface ReceivedOffer {
  readonly id: string;
  readonly from: number;
  readonly imageId: string;
  readonly views: number;
  readonly bytes: number;
  readonly arrivedAt: number;
  readonly state: 'waiting' | 'accepted' | 'declined' | 'taken';
}

/** A picture that this client has offered; `id` is the peer message's id. */
export interface SentOffer {
  readonly id: string;
  readonly viewerId: number;
  readonly imageId: string;
  /** The request that it answers; undefined when unasked. */
  readonly requestId: string | undefined;
  readonly views: number;
}

/** Another client, as first met. */
export interface Contact {
  readonly clientId: number;
  readonly signKey: string;
  readonly boxKey: string;
  readonly metAt: number;
  readonly blocked: boolean;
}

/** What still has to be told to a peer. `picture` stands for the offer with the entry's id: its bytes are made when it goes. */
export type OutgoingPeerMessage =
  | { readonly type: 'picture' }
  | {
      [T in Exclude<PeerType, 'image_offer'>]: { readonly type: T; readonly body: PeerBodies[T] };
    }[Exclude<PeerType, 'image_offer'>];

/** What still has to be told to the cloud; all of these are idempotent. */
export type OutgoingCloudMessage =
  | { readonly type: 'change-view'; readonly imageId: string; readonly viewerId: number; readonly version: number }
  | {
      readonly type: 'leave_notice';
      readonly to: number;
      readonly noticeId: string;
      readonly kind: 'image_rejected' | 'increase_rejected';
      readonly imageId: string;
    };

export type OutboxEntry =
  | { readonly id: string; readonly at: number; readonly to: 'cloud'; readonly message: OutgoingCloudMessage }
  | { readonly id: string; readonly at: number; readonly to: number; readonly message: OutgoingPeerMessage };

/** Something that happened, for people. */
export interface HistoryEntry {
  readonly at: number;
  readonly what: 'encoded' | 'shared' | 'received' | 'rights' | 'viewed' | 'rejected' | 'declined' | 'withdrawn';
  readonly imageId: string;
  readonly peer: number | undefined;
  readonly views: number | undefined;
}

export interface Tables {
  readonly self: Self;
  readonly rotation: Rotating;
  readonly own: OwnImage;
  readonly held: HeldImage;
  readonly arriving: ArrivingImage;
  readonly sent: SentGrant;
  readonly queue: QueuedRequest;
  readonly asked: AskedRequest;
  readonly offer: ReceivedOffer;
  readonly sentOffer: SentOffer;
  readonly contact: Contact;
  readonly outbox: OutboxEntry;
  readonly history: HistoryEntry;
}

export type Table = keyof Tables;

/** `value: null` deletes. */
export type Change = {
  [T in Table]: { readonly table: T; readonly key: string; readonly value: Tables[T] | null };
}[Table];

export const SELF = 'self';
export const ROTATION = 'rotation';

export const TABLES: readonly Table[] = [
  'self',
  'rotation',
  'own',
  'held',
  'arriving',
  'sent',
  'queue',
  'asked',
  'offer',
  'sentOffer',
  'contact',
  'outbox',
  'history',
];

export function put<T extends Table>(table: T, key: string, value: Tables[T]): Change {
  return { table, key, value } as Change;
}

export function remove(table: Table, key: string): Change {
  return { table, key, value: null } as Change;
}

/** The key of a grant in `sent`. */
export function pairKey(imageId: string, viewerId: number): string {
  return `${viewerId} ${imageId}`;
}
