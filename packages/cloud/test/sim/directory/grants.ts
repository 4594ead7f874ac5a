import type { Directory, DirectoryAnswer, ReleasedView, StoredGrant } from '@p2pimg/directory';
import { equalBytes, toHex } from '@p2pimg/wire';
import { Refused } from './claims.ts';
import type { EffectLog } from './effect-log.ts';
import { clientOf } from './people.ts';
import type { GrantRow, Tables } from './tables.ts';

type Call<M extends keyof Directory> = Parameters<Directory[M]>[0];
type Shown = Omit<Call<'publishGrant'>, 'claim'>;

export function publishGrant(tables: Tables, log: EffectLog, call: Call<'publishGrant'>): object {
  requireParties(tables, call);
  log.note(`change-view ${toHex(call.grantId)} ${call.version}`);
  const row = tables.grants.get(toHex(call.grantId)) ?? insert(tables, call, 0);
  if (row.version > call.version) return { version: row.version };
  if (row.version === call.version && !equalBytes(row.grant, call.grant)) throw new Refused('grant_bytes');
  if (row.version < call.version) {
    Object.assign(row, { version: call.version, allowed: call.allowed, grant: call.grant, pending: true });
  }
  return { version: row.version };
}

/** Counts one view, once for each nonce, as long as the newest known grant allows it. */
export function releaseView(tables: Tables, log: EffectLog, call: Call<'releaseView'>): ReleasedView {
  requireParties(tables, call);
  const { version, allowed, grant, views } = call;
  const grantId = toHex(call.grantId);
  const row = tables.grants.get(grantId) ?? insert(tables, call, version);
  const release = `${grantId} ${toHex(call.nonce)}`;
  const before = tables.releases.get(release);
  if (version > row.version) Object.assign(row, { version, allowed, grant, pending: false, ackedVersion: version });
  if (before !== undefined) return requireCovered(row, before);
  row.used = Math.max(row.used, call.used);
  if (row.allowed === 0) throw new Refused('revoked');
  if (row.used + views > row.allowed) throw new Refused('no_views_left');
  row.used += views;
  row.released += views;
  const { used } = row;
  const value = { sequence: row.released - views + 1, version: row.version, allowed: row.allowed, used };
  tables.releases.set(release, value);
  log.note(`release_view ${toHex(call.nonce)}`);
  return value;
}

/** A stored answer is not given again once the grant has ceased to cover its view. @throws Refused */
export function covered<T>(tables: Tables, call: Call<'releaseView'>, outcome: T): T {
  const grantId = toHex(call.grantId);
  const row = tables.grants.get(grantId);
  const release = tables.releases.get(`${grantId} ${toHex(call.nonce)}`);
  if (row !== undefined && release !== undefined) requireCovered(row, release);
  return outcome;
}

function requireCovered(row: GrantRow, release: ReleasedView): ReleasedView {
  if (release.used <= row.allowed) return release;
  throw new Refused(row.allowed === 0 ? 'revoked' : 'no_views_left');
}

export function leaveNotice(tables: Tables, log: EffectLog, call: Call<'leaveNotice'>): object {
  const { fromId, toId, noticeId, kind, imageId } = call;
  clientOf(tables, toId);
  const id = toHex(noticeId);
  log.note(`leave_notice ${id}`);
  const key = `${toId} ${fromId} ${id}`;
  if (!tables.notices.has(key)) tables.notices.set(key, { noticeId, fromId, toId, kind, imageId, acked: false });
  return {};
}

export function acknowledge(tables: Tables, log: EffectLog, call: Call<'acknowledge'>): object {
  const { clientId } = call;
  for (const { grantId, version } of call.grants) {
    const row = tables.grants.get(toHex(grantId));
    if (row?.viewerId !== clientId || row.ackedVersion >= version) continue;
    row.ackedVersion = Math.min(row.version, version);
    row.pending = row.version > row.ackedVersion;
  }
  const ids = call.notices.map(toHex);
  for (const row of tables.notices.values()) {
    if (row.toId === clientId && ids.includes(toHex(row.noticeId))) row.acked = true;
  }
  for (const id of ids) log.note(`acknowledge ${id}`);
  return {};
}

export function pending(tables: Tables, { clientId, limit }: Call<'pending'>): DirectoryAnswer<'pending'> {
  const grants = [...tables.grants.values()].filter((row) => row.viewerId === clientId && row.pending).map(stored);
  const notices = [...tables.notices.values()].filter((row) => row.toId === clientId && !row.acked);
  const room = Math.max(0, limit - grants.length);
  return {
    grants: grants.slice(0, limit),
    notices: notices.slice(0, room).map(({ noticeId, fromId, kind, imageId }) => ({ noticeId, fromId, kind, imageId })),
    more: grants.length + notices.length > limit,
  };
}

export function stored(row: GrantRow): StoredGrant {
  const { grantId, imageId, ownerId, viewerId, version, allowed, used, ackedVersion, grant } = row;
  return { grantId, imageId, ownerId, viewerId, version, allowed, used, ackedVersion, grant };
}

/** @throws Refused */
function requireParties(tables: Tables, { imageId, ownerId, viewerId }: Shown): void {
  const image = tables.images.get(imageId);
  if (image === undefined) throw new Refused('unknown_image');
  if (image.ownerId !== ownerId) throw new Refused('not_owner');
  if (!tables.clients.has(viewerId)) throw new Refused('unknown_viewer');
}

/** @param ackedVersion what the viewer knows already: a viewer that shows a grant has it */
function insert(tables: Tables, shown: Shown, ackedVersion: number): GrantRow {
  const { grantId, imageId, ownerId, viewerId, version, allowed, grant } = shown;
  const counts = { used: 0, released: 0, ackedVersion, pending: version > ackedVersion };
  const row: GrantRow = { grantId, imageId, ownerId, viewerId, version, allowed, grant, ...counts };
  tables.grants.set(toHex(grantId), row);
  return row;
}
