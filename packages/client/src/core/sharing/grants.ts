import { MAX_VIEWS } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { ClientError, ViewsError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { AddressBook } from '../peers/address-book.ts';
import {
  type Change,
  type OutboxEntry,
  type OutgoingPeerMessage,
  type OwnImage,
  pairKey,
  put,
  type SentGrant,
} from '../records.ts';
import { checkMode, type ModeTerms, modeTerms, type SharingMode, WITNESSED } from './mode.ts';

/** Versions are 32 bits wide. */
const MAX_VERSION = 0xffff_ffff;

/** @throws ViewsError */
export function checkViews(views: number): void {
  if (!Number.isInteger(views) || views < 1 || views > MAX_VIEWS) throw new ViewsError();
}

/** An own picture that can be shared. @throws ClientError `image_unknown` */
export function ownImage(context: Context, imageId: string): OwnImage {
  const own = context.model.get('own', imageId);
  if (own === undefined || own.state === 'withdrawn') {
    throw new ClientError('image_unknown', 'you have no such picture');
  }
  return own;
}

/** What the next version of a viewer's rights says. */
export interface NextTerms {
  readonly viewerId: number;
  /** The rights as they are, see `Newest`; undefined for the first. */
  readonly before: SentGrant | undefined;
  readonly allowed: number;
  /** The one of before when left out. */
  readonly mode?: SharingMode | undefined;
  /** A version that is known elsewhere. */
  readonly above?: number;
}

/** The next version of a viewer's rights, signed but not stored. @throws ClientError `rights_invalid`, what the address book throws */
export function* nextGrant(
  context: Context,
  book: AddressBook,
  own: OwnImage,
  { viewerId, before, allowed, mode: newMode, above = 0 }: NextTerms,
): Flow<SentGrant> {
  const { imageId, digest, contentKey } = own;
  const { signKey, boxKey, blocked } = yield* book.keysOf(viewerId);
  // Rights can always be taken back.
  if (blocked && allowed > (before?.allowed ?? 0)) throw new ClientError('blocked', `client ${viewerId} is blocked`);
  const version = Math.max(before?.version ?? 0, above) + 1;
  if (version > MAX_VERSION) throw new ClientError('rights_invalid', 'there is no further version of these rights');
  const mode = newMode ?? before?.mode ?? WITNESSED;
  checkMode(mode);
  const { clientId: ownerId } = context.self();
  const viewer = { signKey, boxKey };
  const parties = { ownerId, viewerId, viewer, imageId, digest, contentKey };
  const terms = { ...parties, version, allowed, ...termsOf(context, before, allowed, newMode) };
  const { grant, grantId, viewerShare } = yield* context.job('issueGrant', terms);
  const { used = 0, viewedAt } = before ?? {};
  const rights = { version, allowed, mode, expiresAt: terms.expiresAt, used, grant, viewerShare };
  return { imageId, viewerId, grantId, ...rights, changedAt: context.now, viewedAt };
}

/** The time of an offline share starts again when its mode is chosen or views are added, never because rights are taken or signed anew. */
function termsOf(
  { now }: Context,
  before: SentGrant | undefined,
  allowed: number,
  newMode: SharingMode | undefined,
): ModeTerms {
  if (before === undefined || newMode !== undefined || allowed > before.allowed)
    return modeTerms(newMode ?? before?.mode ?? WITNESSED, now);
  const terms = modeTerms(before.mode, before.changedAt);
  return { ...terms, expiresAt: before.expiresAt ?? terms.expiresAt };
}

/** Keeps a grant, and has the directory told. */
export function grantChanges(
  context: Context,
  sent: SentGrant,
): { readonly changes: readonly Change[]; readonly entry: OutboxEntry } {
  const { imageId, viewerId, version } = sent;
  const entry: OutboxEntry = {
    id: context.newId(),
    at: context.now,
    to: 'cloud',
    message: { type: 'change-view', imageId, viewerId, version },
  };
  return { changes: [put('sent', pairKey(imageId, viewerId), sent), put('outbox', entry.id, entry)], entry };
}

/** What still has to be told to the directory of a pair's rights, if anything. */
export function unpublished(context: Context, imageId: string, viewerId: number): OutboxEntry | undefined {
  return context.model
    .all('outbox')
    .find(
      ({ to, message }) =>
        to === 'cloud' &&
        message.type === 'change-view' &&
        message.imageId === imageId &&
        message.viewerId === viewerId,
    );
}

export function peerEntry(
  context: Context,
  to: number,
  message: OutgoingPeerMessage,
  id: string = context.newId(),
): OutboxEntry {
  return { id, at: context.now, to, message };
}
