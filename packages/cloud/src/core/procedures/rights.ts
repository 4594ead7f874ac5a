import type { DirectoryAnswer, ReleasedView } from '@p2pimg/directory';
import {
  decodeGrant,
  type Grant,
  grantIdOf,
  imageIdHash,
  RightsError,
  type SignedGrant,
  verifyGrant,
} from '@p2pimg/rights';
import { type AckBodies, fromBase64Url, fromHex, parseImageId, type Request, toBase64Url } from '@p2pimg/wire';
import { Refusal } from '../errors.ts';
import { askerOf, requireOwner } from './asker.ts';
import { mutate } from './claim.ts';
import { pendingBody } from './pending.ts';
import { knownClient } from './people.ts';
import { ask, type Context, type Procedure, type Procedures, work } from './procedure.ts';

/** Publishes a grant; whatever its viewer misses while it is away waits for it (SPEC D4). */
export const changeView: Procedures['change-view'] = function* (context, request) {
  const { imageId, viewerId } = request.body;
  const owner = yield* askerOf(context);
  requireOwner(owner, imageId);
  const expected = { ownerSignKey: owner.signKey, ownerId: owner.clientId, viewerId, imageId };
  const signed = verified(context, request.body.grant, expected);
  return yield* mutate(context, request, 'publishGrant', { ...grantColumns(signed), imageId });
};

/** What the asker has granted to one viewer, as it counts: an owner that comes from a backup signs over it, not over what it remembers. */
export const granted: Procedures['granted'] = function* (context, { body: { imageId, viewerId } }) {
  const { suite } = context;
  const owner = yield* askerOf(context);
  requireOwner(owner, imageId);
  const parties = { ownerId: owner.clientId, viewerId, imageIdHash: imageIdHash(suite, imageId) };
  const newest = yield* ask('grant', { grantId: grantIdOf(suite, parties) });
  return newest === undefined ? {} : { newest: { grant: toBase64Url(newest.grant), used: newest.used } };
};

/** Counts a view and releases the cloud's share of the key, sealed to that one view. */
export const releaseView: Procedures['release_view'] = function* (context, request) {
  const { imageId, grant, used, views } = request.body;
  const viewer = yield* askerOf(context);
  const owner = yield* knownClient(parseImageId(imageId));
  const expected = { ownerSignKey: owner.signKey, ownerId: owner.clientId, viewerId: viewer.clientId, imageId };
  const signed = verified(context, grant, expected);
  yield* releasable(context, signed, views);
  const nonce = fromHex(request.body.nonce);
  const call = { ...grantColumns(signed), imageId, used, nonce, views };
  const value = yield* mutate(context, request, 'releaseView', call);
  const { share } = yield* work({ kind: 'releaseShare', grant: signed, nonce });
  return { ...value, share: toBase64Url(share) };
};

/**
 * A view that was counted before the keys changed: its share again. The grant was verified then, and the claim holds for its very bytes;
 * but what has come to its end since, or what its owner has taken back, is not given (decision 0604).
 */
export function* releasedBefore(
  value: ReleasedView,
  context: Context,
  { body }: Request<'release_view'>,
): Procedure<AckBodies['release_view']> {
  const grant = decodeGrant(context.suite, fromBase64Url(body.grant));
  const newest = yield* releasable(context, grant, body.views);
  if (newest !== undefined && newest.allowed < value.used) {
    throw newest.allowed === 0
      ? new Refusal('revoked', 'the rights were withdrawn')
      : new Refusal('no_views_left', 'no views are left');
  }
  const { share } = yield* work({ kind: 'releaseShare', grant, nonce: fromHex(body.nonce) });
  return { ...value, share: toBase64Url(share) };
}

/** A refusal for somebody who is offline. */
export const leaveNotice: Procedures['leave_notice'] = function* (context, request) {
  const { to, noticeId, kind, imageId } = request.body;
  const owner = yield* askerOf(context);
  requireOwner(owner, imageId);
  const call = { fromId: owner.clientId, toId: to, noticeId: fromHex(noticeId), kind, imageId };
  yield* mutate(context, request, 'leaveNotice', call);
  return {};
};

/** What waits for the asker. */
export const grants: Procedures['grants'] = function* (context, { body }) {
  const { clientId } = yield* askerOf(context);
  return pendingBody(yield* ask('pending', { clientId, limit: body.limit }));
};

/** What waited has been applied, durably, by the asker. */
export const acknowledge: Procedures['acknowledge'] = function* (context, request) {
  const { clientId } = yield* askerOf(context);
  const applied = request.body.grants.map(({ grantId, version }) => ({ grantId: fromHex(grantId), version }));
  const notices = request.body.notices.map(fromHex);
  yield* mutate(context, request, 'acknowledge', { clientId, grants: applied, notices });
  return {};
};

/** @throws Refusal bad_grant */
function verified(context: Context, grant: string, expected: Parameters<typeof verifyGrant>[2]): SignedGrant {
  try {
    return verifyGrant(context.suite, fromBase64Url(grant), expected);
  } catch (error) {
    if (error instanceof RightsError) throw new Refusal('bad_grant', error.message);
    throw error;
  }
}

/**
 * Whether views may be released on that grant now. An older one may be shown, but mode, end and views at once are those that the owner allows
 * by the newest, which is returned.
 * @throws Refusal trusting, grant_expired, offline_views
 */
function* releasable({ suite, wallMs }: Context, shown: Grant, views: number): Procedure<DirectoryAnswer<'grant'>> {
  requireReleasable(shown, views, wallMs);
  const newest = yield* ask('grant', { grantId: shown.grantId });
  if (newest !== undefined && newest.version > shown.version) {
    requireReleasable(decodeGrant(suite, newest.grant), views, wallMs);
  }
  return newest;
}

/** @throws Refusal trusting, grant_expired, offline_views */
function requireReleasable({ mode, expiresAt, offlineViews }: Grant, views: number, wallMs: number): void {
  if (mode === 'trusting') throw new Refusal('trusting', 'the cloud has no share of this grant');
  if (expiresAt !== 0 && wallMs >= expiresAt) throw new Refusal('grant_expired', 'the grant has expired');
  const most = mode === 'offline' ? offlineViews : 1;
  if (views > most) throw new Refusal('offline_views', 'more views at once than the grant allows');
}

/** The fields of a grant that the directory orders by. */
function grantColumns({ grantId, ownerId, viewerId, version, allowed, bytes }: SignedGrant): {
  readonly grantId: Uint8Array;
  readonly ownerId: number;
  readonly viewerId: number;
  readonly version: number;
  readonly allowed: number;
  readonly grant: Uint8Array;
} {
  return { grantId, ownerId, viewerId, version, allowed, grant: bytes };
}
