/** Limits of the directory: milliseconds, bytes and counts. */

import type { Quotas } from './sql/engine.ts';

/** Items of one page: `limit` and `imagesPerClient`. */
export const MAX_PAGE = 200;
/** Grants, and notices, of one `acknowledge`. */
export const MAX_ACKNOWLEDGED = 200;
/** Unacknowledged notices that wait for one client, in all and from one sender: nobody can fill it alone. */
export const MAX_MAILBOX = 1000;
export const MAX_MAILBOX_PER_SENDER = 100;
/**
 * Images that one client has ever published: removed ones count, because their ids stay taken. Default of
 * `DirectoryOptions.imagesPerClient`.
 */
export const DEFAULT_IMAGES_PER_CLIENT = 10_000;
/**
 * Grants that wait for one viewer's acknowledgement, and those of one owner that wait; between the two at most a tenth of it, so
 * that nobody fills another's alone. Holds for every version by which a grant begins to wait, not only for its first. Default of
 * `DirectoryOptions.pendingPerClient`.
 */
export const DEFAULT_PENDING_PER_CLIENT = 10_000;
export const DEFAULT_QUOTAS: Quotas = { images: DEFAULT_IMAGES_PER_CLIENT, pending: DEFAULT_PENDING_PER_CLIENT };
/** What the two may be set to at most: they are counted row by row. */
export const MAX_QUOTA = 1_000_000;
/** How long a sign-in or a renewal may reach. */
export const MAX_LEASE_MS = 3_600_000;
/** How long one server may hold the failure token. */
export const MAX_HOLD_MS = 3_600_000;
/** Characters of a token holder's name. */
export const MAX_HOLDER_LENGTH = 64;
/** Characters of what a refusal says. */
export const MAX_REFUSAL_MESSAGE = 500;
/** Characters of an image id, before it is parsed. */
export const MAX_IMAGE_ID_LENGTH = 200;

/** How far the clocks of a cluster's nodes may differ: claims are kept that much longer than they can be made anew. */
export const CLAIM_KEEPING_MS = 600_000;
/** How long an answered release can be repeated; a repeat after it counts as a new view. */
export const RELEASE_KEEPING_MS = 86_400_000;
/** How long acknowledged notices stay, so that a late repeat of one is not delivered again. */
export const NOTICE_KEEPING_MS = 86_400_000;
/** How long a client whose lease has lapsed may still come back by renewing it. */
export const LAPSED_KEEPING_MS = 86_400_000;

/** How long a call is retried before it ends in an UnavailableError. Longer than a cluster's fail-over (2.5 s). */
export const DEFAULT_DEADLINE_MS = 10_000;
/** Calls that wait at the same time, in one process. */
export const DEFAULT_MAX_WAITING = 10_000;
/** Connections to each database node. */
export const DEFAULT_CONNECTIONS = 16;
