/**
 * Views released exactly: one conditional update per view, so that no order of events releases more than allowed.
 *
 * The update comes first and locks the grant's row; the nonce is looked up after it and sees whatever was committed
 * while it waited; the nonce's unique key decides between two that still came through together (`Restart`).
 * The other order (look up, then update) would deny a repeat of the very last view when its first try is being
 * committed at that moment.
 */

import { ConflictError, DeniedError, type DirectoryError, NotFoundError } from '../errors.ts';
import type { ReleasedView } from '../interface.ts';
import { type Engine, Restart, type Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed, type Verdict } from './claim.ts';
import type { Answer, Call } from './types.ts';

interface Release extends Record<string, string | number | Uint8Array> {
  readonly ownerId: number;
  readonly viewerId: number;
  readonly imageId: string;
  readonly grantId: Uint8Array;
  readonly version: number;
  readonly allowed: number;
  readonly grant: Uint8Array;
  readonly used: number;
  readonly nonce: Uint8Array;
  readonly views: number;
}

/** Counts the views if the grant allows them and the nonce is new. MySQL assigns left to right: `version` goes last. */
const countViews = statement<Release>()((db, p, { larger }) =>
  db
    .updateTable('access_rights')
    .set((eb) => {
      const newer = eb('version', '<', p.version);
      return {
        allowed: eb.case().when(newer).then(p.allowed).else(eb.ref('allowed')).end(),
        signed_grant: eb.case().when(newer).then(p.grant).else(eb.ref('signed_grant')).end(),
        // Whoever shows a version has it: nothing is left to be told.
        pending_since: eb.case().when(newer).then(null).else(eb.ref('pending_since')).end(),
        acked_version: eb.case().when(newer).then(p.version).else(eb.ref('acked_version')).end(),
        used: eb(larger(eb.ref('used'), p.used), '+', p.views),
        released: eb('released', '+', p.views),
        version: larger(eb.ref('version'), p.version),
      };
    })
    .where('grant_id', '=', p.grantId)
    .where('viewer_id', '=', p.viewerId)
    .where('image_id', '=', p.imageId)
    .where('owner_id', '=', p.ownerId)
    .where((eb) =>
      eb(
        eb(larger(eb.ref('used'), p.used), '+', p.views),
        '<=',
        eb.case().when('version', '<', p.version).then(p.allowed).else(eb.ref('allowed')).end(),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('releases').select('sequence').where('grant_id', '=', p.grantId).where('nonce', '=', p.nonce),
        ),
      ),
    ),
);

/** The grant as it is now, and the answer that the nonce was given before, if any. */
const selectGrantAndRelease = statement<{ grantId: Uint8Array; nonce: Uint8Array }>()((db, p) =>
  db
    .selectFrom('access_rights as a')
    .leftJoin('releases as r', (join) => join.onRef('r.grant_id', '=', 'a.grant_id').on('r.nonce', '=', p.nonce))
    .select([
      'a.viewer_id',
      'a.image_id',
      'a.owner_id',
      'a.version',
      'a.allowed',
      'a.used',
      'a.released',
      'r.sequence as first_sequence',
      'r.version as first_version',
      'r.allowed as first_allowed',
      'r.used as first_used',
    ])
    .where('a.grant_id', '=', p.grantId),
);

const insertRelease = statement<{
  grantId: Uint8Array;
  nonce: Uint8Array;
  sequence: number;
  version: number;
  allowed: number;
  used: number;
}>()((db, p, { now }) =>
  db.insertInto('releases').values({
    grant_id: p.grantId,
    nonce: p.nonce,
    sequence: p.sequence,
    version: p.version,
    allowed: p.allowed,
    used: p.used,
    released_at: now,
  }),
);

/** Takes over what a denied request knows better: a newer version, a higher count. */
const adopt = statement<Release>()((db, p, { larger }) =>
  db
    .updateTable('access_rights')
    .set((eb) => {
      const newer = eb('version', '<', p.version);
      return {
        allowed: eb.case().when(newer).then(p.allowed).else(eb.ref('allowed')).end(),
        signed_grant: eb.case().when(newer).then(p.grant).else(eb.ref('signed_grant')).end(),
        pending_since: eb.case().when(newer).then(null).else(eb.ref('pending_since')).end(),
        acked_version: eb.case().when(newer).then(p.version).else(eb.ref('acked_version')).end(),
        used: larger(eb.ref('used'), p.used),
        version: larger(eb.ref('version'), p.version),
      };
    })
    .where('grant_id', '=', p.grantId),
);

const selectParties = statement<{ imageId: string; viewerId: number }>()((db, p) =>
  db
    .selectFrom('resources as r')
    .leftJoin('clients as v', (join) => join.on('v.id', '=', p.viewerId))
    .leftJoin('access_rights as a', (join) =>
      join.on('a.viewer_id', '=', p.viewerId).onRef('a.image_id', '=', 'r.image_id'),
    )
    .select(['r.client_id as owner_id', 'v.id as viewer_id', 'a.grant_id'])
    .where('r.image_id', '=', p.imageId),
);

/** The viewer shows a grant that its owner has not published yet. */
const insertShownGrant = statement<Release>()((db, p) =>
  db.insertInto('access_rights').values({
    viewer_id: p.viewerId,
    image_id: p.imageId,
    owner_id: p.ownerId,
    grant_id: p.grantId,
    version: p.version,
    allowed: p.allowed,
    used: p.used,
    released: 0,
    acked_version: p.version,
    pending_since: null,
    signed_grant: p.grant,
  }),
);

export async function releaseView(engine: Engine, call: Call<'releaseView'>): Answer<'releaseView'> {
  const { claim, ...release } = call;
  const outcome = await claimed(engine, 'releaseView', claim, (session) => count(session, release));
  if (!outcome.replayed) return outcome;
  // A stored answer is not given again either once the grant has ceased to cover it.
  const { grantId, nonce } = release;
  const grant = await engine.read((session) => session.first(selectGrantAndRelease, { grantId, nonce }));
  if (grant !== undefined && outcome.value.used > grant.allowed) throw exhausted(grant.allowed);
  return outcome;
}

async function count(session: Session, release: Release): Promise<Verdict<ReleasedView>> {
  const { grantId, nonce } = release;
  const counted = (await session.change(countViews, release)) > 0;
  const found = await session.first(selectGrantAndRelease, { grantId, nonce });
  if (found === undefined) return insertShown(session, release);

  if (counted) {
    const { version, allowed, used, released } = found;
    const value = { sequence: released - release.views + 1, version, allowed, used };
    const { duplicate } = await session.write(insertRelease, { grantId, nonce, ...value });
    if (duplicate) throw new Restart(); // the same nonce was counted while we waited for the row
    return { value };
  }

  const { viewerId, imageId, ownerId } = release;
  if (found.viewer_id !== viewerId || found.image_id !== imageId || found.owner_id !== ownerId) {
    return { refusal: new ConflictError('grant_parties', 'the grant is between others, or on another image') };
  }
  const { first_sequence: sequence, first_version: version, first_allowed: allowed, first_used: used } = found;
  if (sequence === null || version === null || allowed === null || used === null) {
    return { refusal: await deny(session, release, found) };
  }
  // The view was counted and may be answered again, but only while the newest version covers it: what the owner has
  // withdrawn meanwhile opens nothing any more, though the first answer was lost.
  const newest = newestOf(release, found);
  if (used <= newest.allowed) return { value: { sequence, version, allowed, used } };
  if (newest.isShown) await session.change(adopt, release);
  return { refusal: exhausted(newest.allowed) };
}

/** Whether the request shows a newer version than the stored one, and what the newer of the two allows. */
function newestOf(release: Release, row: GrantRow): { readonly isShown: boolean; readonly allowed: number } {
  const isShown = release.version > row.version;
  return { isShown, allowed: isShown ? release.allowed : row.allowed };
}

function exhausted(allowed: number): DeniedError {
  return allowed === 0
    ? new DeniedError('revoked', 'the rights were withdrawn')
    : new DeniedError('no_views_left', 'no views are left');
}

interface GrantRow {
  readonly viewer_id: number;
  readonly image_id: string;
  readonly owner_id: number;
  readonly version: number;
  readonly allowed: number;
  readonly used: number;
}

async function deny(session: Session, release: Release, row: GrantRow): Promise<DirectoryError> {
  const { views } = release;
  const { isShown, allowed } = newestOf(release, row);
  const used = Math.max(release.used, row.used);
  if (used + views <= allowed) throw new Restart(); // it was raised, or taken back, after the update looked
  if (isShown || release.used > row.used) await session.change(adopt, release);
  return exhausted(allowed);
}

async function insertShown(session: Session, release: Release): Promise<Verdict<ReleasedView>> {
  const { imageId, viewerId, grantId } = release;
  const parties = await session.first(selectParties, { imageId, viewerId });
  if (parties === undefined) return { refusal: new NotFoundError('image') };
  if (parties.viewer_id === null) return { refusal: new NotFoundError('viewer') };
  if (parties.owner_id !== release.ownerId) {
    return { refusal: new DeniedError('not_owner', 'the image belongs to another client') };
  }
  if (parties.grant_id !== null) {
    return { refusal: new ConflictError('grant_id', 'the viewer has another grant on this image') };
  }
  const { duplicate } = await session.write(insertShownGrant, { ...release, grantId });
  if (duplicate) throw new Restart();
  return count(session, release);
}
