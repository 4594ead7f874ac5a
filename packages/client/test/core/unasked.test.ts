import type { AnyPeerRequest, PeerAck } from '@p2pimg/wire';
import test from 'ava';
import { left } from '../../src/core/sharing/rights.ts';
import { writeGrant } from '../sim/fake-jobs.ts';
import { IMAGE, sharing, signedIn } from '../sim/sharing.ts';
import { addressOf, type SimClient, type World } from '../sim/world.ts';

const ID = 'ab'.repeat(16);

/** Owner 1 and viewer 2, who holds `client1-puppy` with 3 views; 3 is nobody's friend. */
function acquainted(): { world: World; owner: SimClient; viewer: SimClient; stranger: SimClient } {
  const beginning = sharing();
  return { ...beginning, stranger: signedIn(beginning.world) };
}

/** What `to` answers when `from` sends a message of its own making. */
function answerTo(world: World, from: SimClient, to: SimClient, request: AnyPeerRequest): PeerAck | undefined {
  let ack: PeerAck | undefined;
  const before = world.onEffect;
  world.onEffect = (client, effect) => {
    if (client === to && effect.kind === 'answerPeer' && effect.ack.id === request.id) ack = effect.ack;
    return 'go';
  };
  world.give(to, {
    kind: 'peerMessage',
    peer: from.jobs.key,
    address: addressOf(from),
    message: { kind: 'request', request },
  });
  world.run(200);
  world.onEffect = before;
  return ack;
}

const reason = (ack: PeerAck | undefined): string | undefined =>
  ack?.status === 'refused' ? ack.error.code : ack?.status;
const grant = (fields: object): string =>
  writeGrant({
    grantId: 'x',
    version: 9,
    allowed: 99,
    ownerId: 1,
    viewerId: 2,
    imageId: IMAGE,
    digest: 'd',
    ...fields,
  });

test('N10 M4: what nobody asked for is refused, and changes nothing', (t) => {
  const { world, owner, viewer, stranger } = acquainted();
  const body = { requestId: ID, imageId: IMAGE, grant: grant({}) };
  const refused: readonly [SimClient, AnyPeerRequest, string][] = [
    [owner, { type: 'increase_approved', id: ID, body }, 'not_requested'],
    [owner, { type: 'increase_rejected', id: ID, body: { requestId: ID, imageId: IMAGE } }, 'not_requested'],
    [owner, { type: 'image_rejection', id: ID, body: { requestId: ID, imageId: IMAGE } }, 'not_requested'],
    [
      stranger,
      { type: 'update_access_request', id: ID, body: { imageId: IMAGE, view_delta: 96, grant: grant({}) } },
      'not_held',
    ],
    [
      owner,
      {
        type: 'update_access_request',
        id: ID,
        body: { imageId: IMAGE, view_delta: 96, grant: grant({ viewerId: 3 }) },
      },
      'rights_invalid',
    ],
    [stranger, { type: 'image_request', id: ID, body: { imageId: 'client2-none', views: 1 } }, 'image_unknown'],
    [stranger, { type: 'increase_views_request', id: ID, body: { imageId: IMAGE, views: 1 } }, 'not_shared'],
    [stranger, { type: 'offer_answer', id: ID, body: { offerId: ID, accepted: true } }, 'offer_unknown'],
    [stranger, { type: 'view_receipt', id: ID, body: { imageId: IMAGE, receipt: 'AA' } }, 'not_shared'],
  ];
  const records = viewer.disk.length;
  for (const [from, request, code] of refused) {
    t.is(reason(answerTo(world, from, viewer, request)), code, request.type);
  }
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 3);
  t.deepEqual(
    viewer.disk.slice(records).filter(({ table }) => table !== 'contact'),
    [],
    'nothing was stored',
  );
});

test('N10: a picture that was neither asked for nor accepted waits as an offer, and is not received', (t) => {
  const { world, viewer, stranger } = acquainted();
  const imageId = 'client3-surprise';
  const offered = {
    imageId,
    views: 1,
    bytes: 2_500,
    digest: 'd',
    mime: 'image/png',
    grant: grant({ ownerId: 3, imageId }),
  };
  const ack = answerTo(world, stranger, viewer, { type: 'image_offer', id: ID, body: offered });
  t.like(ack, { status: 'success', body: { disposition: 'queued' } });
  const event = {
    kind: 'transferOffered',
    place: { peer: stranger.jobs.key },
    transfer: 77,
    id: ID,
    purpose: 'image',
    size: 2_500,
  } as const;
  t.deepEqual(viewer.core!.step(world.now, event), [{ kind: 'refuseTransfer', transfer: 77 }]);
  t.is(viewer.core!.model.get('held', imageId), undefined);
});

test('N10 C2: the same request again is one request; another under its id is refused; a blocked client is not heard', (t) => {
  const { world, owner, stranger } = acquainted();
  const request = (views: number, id: string = ID): AnyPeerRequest => ({
    type: 'image_request',
    id,
    body: { imageId: IMAGE, views },
  });
  for (let i = 0; i < 5; i++) t.like(answerTo(world, stranger, owner, request(4)), { body: { disposition: 'queued' } });
  t.is(owner.core!.model.all('queue').length, 1);
  const other = { type: 'increase_views_request', id: ID, body: { imageId: IMAGE, views: 1 } } as const;
  t.is(reason(answerTo(world, stranger, owner, other)), 'not_shared');
  world.ask(owner, 'setBlocked', { clientId: 3, blocked: true });
  t.is(reason(answerTo(world, stranger, owner, request(4, 'cd'.repeat(16)))), 'blocked');
});

test('C2: no peer can fill the queue', (t) => {
  const { world, owner, stranger } = acquainted();
  for (let i = 0; i < 50; i++) {
    const id = i.toString(16).padStart(32, '0');
    t.is(
      answerTo(world, stranger, owner, { type: 'image_request', id, body: { imageId: IMAGE, views: 1 } })?.status,
      'success',
    );
  }
  t.is(
    reason(answerTo(world, stranger, owner, { type: 'image_request', id: ID, body: { imageId: IMAGE, views: 1 } })),
    'queue_full',
  );
});

test('M6: other keys for a known client are an alarm, and nothing is sent until a person trusts them', (t) => {
  const { world, owner, viewer } = acquainted();
  const member = [...world.cloud.members.values()].find(({ clientId }) => clientId === 2)!;
  const changed = { ...member, signKey: 'f'.repeat(64) };
  world.cloud.members.set(member.key, changed);
  const rights = world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'add', views: 1 } });
  t.is(rights.delivery, 'queued');
  t.true(owner.news.some(({ kind }) => kind === 'keyChanged'));
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 3);
  world.ask(owner, 'trustKeys', { clientId: 2 });
  t.is(owner.core!.model.get('contact', '2')!.signKey, 'f'.repeat(64));
});

test('M6: whoever holds keys that were replaced is not heard, although they were known', (t) => {
  const { world, owner, viewer } = acquainted();
  const member = [...world.cloud.members.values()].find(({ clientId }) => clientId === 2)!;
  world.cloud.members.set(member.key, { ...member, key: 'e'.repeat(64) });
  const request = (): AnyPeerRequest => ({
    type: 'increase_views_request',
    id: world.newId(),
    body: { imageId: IMAGE, views: 1 },
  });
  t.is(reason(answerTo(world, viewer, owner, request())), 'success', 'the keys were looked up a moment ago');
  world.run(600_000);
  for (let i = 0; i < 3; i++) t.is(reason(answerTo(world, viewer, owner, request())), 'error');
  t.is(owner.news.filter(({ kind }) => kind === 'keyChanged').length, 1, 'one alarm');
  t.is(owner.core!.model.all('queue').length, 1);
});

test('N10 D4: rights that cannot be believed, however many wait, do not keep a client from signing in', (t) => {
  const { world, viewer } = acquainted();
  for (let i = 0; i < 150; i++) {
    const row = { grantId: `junk${i}`, version: 1, allowed: 1, ownerId: 3, viewerId: 2, imageId: `client3-junk${i}` };
    // The directory has other parties than the grant: no check of it can succeed.
    const body = writeGrant({ ...row, digest: 'd', imageId: 'client3-other' });
    world.cloud.rows.set(row.grantId, { ...row, grant: body, used: 0, acked: 0 });
  }
  world.ask(viewer, 'shutdown', {});
  t.deepEqual(world.ask(viewer, 'signIn', {}), { clientId: 2, news: [] });
});
