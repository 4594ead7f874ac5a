import { grantIdOf, imageIdHash, SEALED_KEY_BYTES, signGrant } from '@p2pimg/rights';
import { fromHex, toBase64Url, toHex } from '@p2pimg/wire';
import { shareOf } from '../servers/jobs.ts';
import { type Desk, type Draft, draft } from './draft.ts';
import { type Grant, type Keys, type Notice, type Person, type Picture, randomHex } from './society.ts';

const SHARE: Uint8Array = new Uint8Array(SEALED_KEY_BYTES).fill(1);
const CLUSTER_KEY: Uint8Array = new Uint8Array(8).fill(2);

/** A first grant, or a change of one that exists: its next version. */
export function changeView(desk: Desk): Draft | undefined {
  const { person, society, random } = desk;
  const known = society.grants.filter(({ owner, picture }) => owner === person && picture.state === 'published');
  const grant = known.length > 0 && random.chance(0.5) ? random.pick(known) : newGrant(desk);
  if (grant === undefined) return undefined;
  const version = grant.version + 1;
  const allowed = random.chance(0.1) ? 0 : grant.allowed + 1 + random.below(3);
  const bytes = sign(desk, grant, version, allowed, person.keys, person.rotations);
  const { viewer, picture } = grant;
  return draft(
    'change-view',
    { imageId: picture.imageId, viewerId: viewer.clientId!, grant: toBase64Url(bytes) },
    {
      effect: `change-view ${toHex(bytes.subarray(4, 20))} ${version}`,
      succeeded: (body) => (body.version < version ? `version ${body.version} after ${version}` : undefined),
    },
  );
}

function newGrant({ person, society, random }: Desk): Grant | undefined {
  const pictures = person.pictures.filter(({ state }) => state === 'published');
  const viewers = society.people.filter((other) => other !== person && other.clientId !== undefined);
  if (pictures.length === 0 || viewers.length === 0) return undefined;
  const picture = random.pick(pictures);
  const viewer = random.pick(viewers);
  const known = society.grants.find((grant) => grant.picture === picture && grant.viewer === viewer);
  if (known !== undefined) return known;
  const grant = emptyGrant(person, viewer, picture);
  society.grants.push(grant);
  return grant;
}

function emptyGrant(owner: Person, viewer: Person, picture: Picture): Grant {
  const bytes = new Uint8Array(0);
  return { owner, viewer, picture, version: 0, allowed: 0, bytes, signedAt: 0, changes: [], sequences: new Set() };
}

/** The next version, signed with the owner's keys as they are after so many steps of rotations. */
function sign(
  { suite, wallNow }: Desk,
  grant: Grant,
  version: number,
  allowed: number,
  { signKey, signPrivate }: Keys,
  signedAt: number,
): Uint8Array {
  const { owner, viewer, picture } = grant;
  const parties = {
    ownerId: owner.clientId!,
    viewerId: viewer.clientId!,
    imageIdHash: imageIdHash(suite, picture.imageId),
  };
  const terms = {
    ...parties,
    mode: 'witnessed',
    grantId: grantIdOf(suite, parties),
    version,
    allowed,
    offlineViews: 0,
    issuedAt: wallNow,
    expiresAt: 0,
    contentHash: fromHex(picture.digest),
    ownerSignKey: signKey,
    viewerSignKey: viewer.keys.signKey,
    viewerBoxKey: viewer.keys.boxKey,
    viewerShare: SHARE,
    cloudShare: SHARE,
    clusterKeyId: CLUSTER_KEY,
  } as const;
  const { bytes } = signGrant(suite, terms, signPrivate);
  Object.assign(grant, { version, allowed, bytes, signedAt });
  grant.changes.push({ version, allowed });
  return bytes;
}

/** Looks at a picture: each view is counted once, whoever counts it. */
export function releaseView(desk: Desk): Draft | undefined {
  const { person, society, random } = desk;
  const mine = society.grants.filter(({ viewer, version }) => viewer === person && version > 0);
  if (mine.length === 0) return undefined;
  const grant = random.pick(mine);
  const { owner, version, allowed } = grant;
  // Rights that were signed anew may arrive before the cloud knows the new key.
  const early = owner.nextKeys !== undefined;
  if (early && owner.rotations >= grant.signedAt) {
    sign(desk, grant, version + 1, allowed, owner.nextKeys!, owner.rotations + 1);
  }
  const { bytes, picture, sequences, signedAt, changes } = grant;
  const nonce = randomHex(random, 32);
  return draft(
    'release_view',
    { imageId: picture.imageId, grant: toBase64Url(bytes), used: sequences.size, nonce, views: 1 },
    {
      effect: `release_view ${nonce}`,
      // A grant is good as long as the owner's key is the one that signed it.
      refusals: () => ['no_views_left', 'revoked', ...(early || owner.rotations > signedAt ? ['bad_grant'] : [])],
      succeeded: ({ sequence, share }) => {
        if (share !== shareOf(bytes, fromHex(nonce))) return 'a share of something else';
        if (sequences.has(sequence)) return `view ${sequence} was released twice`;
        sequences.add(sequence);
        return undefined;
      },
      // docs/decisions/0604: a repeat is answered while the newest grant covers its view.
      withdrawn: ({ version, used }) =>
        changes.some((change) => change.version > version && change.allowed < used) ? ['no_views_left', 'revoked'] : [],
    },
  );
}

export function leaveNotice({ person, clientId, society, random, requestId }: Desk): Draft | undefined {
  const others = society.people.filter((other) => other !== person && other.clientId !== undefined);
  if (others.length === 0) return undefined;
  const to = random.pick(others);
  const notice: Notice = { id: requestId, to, state: 'leaving' };
  to.inbox.push(notice);
  return draft(
    'leave_notice',
    { to: to.clientId!, noticeId: notice.id, kind: 'image_rejected', imageId: `client${clientId}-any` },
    {
      effect: `leave_notice ${notice.id}`,
      succeeded: () => {
        if (notice.state === 'leaving') notice.state = 'left';
        return undefined;
      },
    },
  );
}

/** What waits for this person: everything whose sender has been told that it waits. */
export function grants({ person }: Desk): Draft {
  const waiting = person.inbox.filter(({ state }) => state === 'left');
  return draft(
    'grants',
    { limit: 200 },
    {
      succeeded: ({ notices }) => {
        const lost = waiting.find(
          ({ id, state }) => state === 'left' && !notices.some(({ noticeId }) => noticeId === id),
        );
        return lost === undefined ? undefined : `the notice ${lost.id} was left and does not wait`;
      },
    },
  );
}

export function acknowledge({ person, society }: Desk): Draft | undefined {
  const notice = person.inbox.find(({ state }) => state === 'left');
  if (notice === undefined) return undefined;
  notice.state = 'taken';
  const applied = society.grants
    .filter(({ viewer, version }) => viewer === person && version > 0)
    .map(({ bytes, version }) => ({ grantId: toHex(bytes.subarray(4, 20)), version }));
  const effect = `acknowledge ${notice.id}`;
  return draft('acknowledge', { grants: applied, notices: [notice.id] }, { effect });
}
