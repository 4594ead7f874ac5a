/** Grants as published: the highest version of each pair, waiting until the viewer has acknowledged it (SPEC D4). */

import { equalBytes } from '@p2pimg/wire';
import { sql } from 'kysely';
import { ConflictError, DeniedError, NotFoundError } from '../errors.ts';
import type { StoredGrant } from '../interface.ts';
import type { AccessRightsTable } from '../schema/tables.ts';
import { type Engine, Restart, type Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed, type Verdict } from './claim.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';

/** What publishing has to look at: the image, whether the viewer exists, and the pair's grant. */
const selectPair = statement<{ imageId: string; viewerId: number }>()((db, p) =>
  db
    .selectFrom('resources as r')
    .leftJoin('clients as v', (join) => join.on('v.id', '=', p.viewerId))
    .leftJoin('access_rights as a', (join) =>
      join.on('a.viewer_id', '=', p.viewerId).onRef('a.image_id', '=', 'r.image_id'),
    )
    .select([
      'r.client_id as owner_id',
      'v.id as viewer_id',
      'a.grant_id',
      'a.version',
      'a.allowed',
      'a.pending_since',
      'a.signed_grant',
    ])
    .where('r.image_id', '=', p.imageId),
);

/**
 * How many grants wait for the viewer, in all and of this owner, and how many of this owner for anybody; none is counted much
 * further than the quota. Several at one moment may pass it by their number.
 */
const countPending = statement<{ viewerId: number; ownerId: number; quota: number }>()((db, p) => {
  const waiting = (rows: 'viewer' | 'owner' | 'both') =>
    db
      .selectFrom((eb) => {
        const pending = eb.selectFrom('access_rights').select('grant_id').where('pending_since', 'is not', null);
        const viewers = rows === 'owner' ? pending : pending.where('viewer_id', '=', p.viewerId);
        return (rows === 'viewer' ? viewers : viewers.where('owner_id', '=', p.ownerId)).limit(p.quota).as('some');
      })
      .select((eb) => eb.fn.countAll<number>().as('n'));
  return db.selectNoFrom([
    waiting('viewer').as('of_viewer'),
    waiting('owner').as('of_owner'),
    waiting('both').as('of_both'),
  ]);
});

/** A grant to be stored. */
interface NewGrant extends Record<string, string | number | Uint8Array> {
  readonly viewerId: number;
  readonly imageId: string;
  readonly ownerId: number;
  readonly grantId: Uint8Array;
  readonly version: number;
  readonly allowed: number;
  readonly grant: Uint8Array;
}

/** `waits` is 1 when the viewer is to be told, 0 when not. */
const insertGrant = statement<NewGrant & { readonly waits: number }>()((db, p, { now }) =>
  db.insertInto('access_rights').values({
    viewer_id: p.viewerId,
    image_id: p.imageId,
    owner_id: p.ownerId,
    grant_id: p.grantId,
    version: p.version,
    allowed: p.allowed,
    used: 0,
    released: 0,
    acked_version: 0,
    pending_since: sql<number | null>`case when ${p.waits} = 1 then ${now} end`,
    signed_grant: p.grant,
  }),
);

const raiseGrant = statement<NewGrant & { readonly waits: number }>()((db, p, { now }) =>
  db
    .updateTable('access_rights')
    .set({
      version: p.version,
      allowed: p.allowed,
      signed_grant: p.grant,
      pending_since: sql<number | null>`case when ${p.waits} = 1 then ${now} end`,
    })
    .where('grant_id', '=', p.grantId)
    .where('version', '<', p.version),
);

// MySQL assigns from left to right and reads what it has just assigned, so the tests on old values come first.
const acknowledgeGrant = statement<{ viewerId: number; grantId: Uint8Array; version: number }>()((db, p) =>
  db
    .updateTable('access_rights')
    .set((eb) => ({
      pending_since: eb.case().when('version', '<=', p.version).then(null).else(eb.ref('pending_since')).end(),
      acked_version: eb.case().when('version', '<', p.version).then(eb.ref('version')).else(p.version).end(),
    }))
    .where('grant_id', '=', p.grantId)
    .where('viewer_id', '=', p.viewerId)
    .where('acked_version', '<', p.version),
);

const grantColumns = [
  'grant_id',
  'image_id',
  'owner_id',
  'viewer_id',
  'version',
  'allowed',
  'used',
  'acked_version',
  'signed_grant',
] as const;

const selectGrant = statement<{ grantId: Uint8Array }>()((db, p) =>
  db.selectFrom('access_rights').select(grantColumns).where('grant_id', '=', p.grantId),
);

const selectPendingGrants = statement<{ viewerId: number; limit: number }>()((db, p) =>
  db
    .selectFrom('access_rights')
    .select(grantColumns)
    .where('viewer_id', '=', p.viewerId)
    .where('pending_since', 'is not', null)
    .orderBy('pending_since')
    .orderBy('image_id')
    .limit(p.limit),
);

type Published = Verdict<{ readonly version: number }>;

export function publishGrant(engine: Engine, call: Call<'publishGrant'>): Answer<'publishGrant'> {
  const { claim, ...grant } = call;
  return claimed(engine, 'publishGrant', claim, (session) => publish(session, grant, engine.quotas.pending));
}

async function publish(session: Session, grant: NewGrant, quota: number): Promise<Published> {
  const { imageId, viewerId, ownerId, grantId, version } = grant;
  const pair = await session.first(selectPair, { imageId, viewerId });
  if (pair === undefined) return { refusal: new NotFoundError('image') };
  if (pair.owner_id !== ownerId)
    return { refusal: new DeniedError('not_owner', 'the image belongs to another client') };
  if (pair.viewer_id === null) return { refusal: new NotFoundError('viewer') };
  if (pair.grant_id === null || pair.version === null || pair.allowed === null || pair.signed_grant === null) {
    return insertFirst(session, grant, quota);
  }

  if (!equalBytes(pair.grant_id, grantId)) {
    return { refusal: new ConflictError('grant_id', 'the viewer has another grant on this image') };
  }
  if (pair.version > version) return { value: { version: pair.version } };
  if (pair.version === version) {
    if (equalBytes(pair.signed_grant, grant.grant)) return { value: { version } };
    return { refusal: new ConflictError('grant_bytes', 'another grant has this version') };
  }
  // What waits already takes no more room in its next version.
  const waits = pair.pending_since !== null || (await hasRoom(session, grant, quota));
  if (!waits && grant.allowed > pair.allowed) return tooManyPending();
  const raised = await session.change(raiseGrant, { ...grant, waits: waits ? 1 : 0 });
  if (raised === 0) throw new Restart();
  return { value: { version } };
}

async function insertFirst(session: Session, grant: NewGrant, quota: number): Promise<Published> {
  const waits = await hasRoom(session, grant, quota);
  if (!waits && grant.allowed > 0) return tooManyPending();
  const { duplicate } = await session.write(insertGrant, { ...grant, waits: waits ? 1 : 0 });
  if (!duplicate) return { value: { version: grant.version } };
  const holder = await session.first(selectGrant, { grantId: grant.grantId });
  if (holder === undefined || isPair(holder, grant)) throw new Restart(); // somebody published the pair at this moment
  return { refusal: new ConflictError('grant_id', 'another pair has this grant id') };
}

/**
 * Whether one more grant of this owner may begin to wait for this viewer. Without room a version that gives more is refused, and
 * one that does not is stored without waiting: were it refused, others could keep a withdrawal out by filling the viewer's
 * mailbox. It counts at once, even where the viewer has shown no grant yet (it may have one that was never published); the
 * viewer learns of it when it asks for a view.
 */
async function hasRoom(session: Session, { viewerId, ownerId }: NewGrant, quota: number): Promise<boolean> {
  const pending = await session.first(countPending, { viewerId, ownerId, quota });
  if (pending === undefined) throw new Error('counting gave no row');
  const { of_viewer: ofViewer, of_owner: ofOwner, of_both: ofBoth } = pending;
  return Number(ofViewer) < quota && Number(ofOwner) < quota && Number(ofBoth) < quota / 10;
}

function tooManyPending(): Published {
  return { refusal: new DeniedError('too_many_pending', 'too many grants wait for their viewers') };
}

function isPair(row: Pick<AccessRightsTable, 'viewer_id' | 'image_id'>, grant: NewGrant): boolean {
  return row.viewer_id === grant.viewerId && row.image_id === grant.imageId;
}

/** Marks grants as known to the viewer. A version above the stored one counts as the stored one. */
export async function acknowledgeGrants(
  session: Session,
  viewerId: number,
  grants: Call<'acknowledge'>['grants'],
): Promise<void> {
  for (const { grantId, version } of grants) await session.change(acknowledgeGrant, { viewerId, grantId, version });
}

/** Grants that wait for the viewer, the oldest change first. */
export async function pendingGrants(session: Session, viewerId: number, limit: number): Promise<StoredGrant[]> {
  return (await session.rows(selectPendingGrants, { viewerId, limit })).map(storedGrant);
}

export async function grant(engine: Engine, { grantId }: Call<'grant'>): Answer<'grant'> {
  const row = await engine.read((session) => session.first(selectGrant, { grantId }));
  return row === undefined ? undefined : storedGrant(row);
}

function storedGrant(row: Omit<AccessRightsTable, 'released' | 'pending_since'>): StoredGrant {
  return {
    grantId: plainBytes(row.grant_id),
    imageId: row.image_id,
    ownerId: row.owner_id,
    viewerId: row.viewer_id,
    version: row.version,
    allowed: row.allowed,
    used: row.used,
    ackedVersion: row.acked_version,
    grant: plainBytes(row.signed_grant),
  };
}
