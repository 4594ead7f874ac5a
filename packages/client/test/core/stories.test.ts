import test from 'ava';
import { left } from '../../src/core/sharing/rights.ts';
import { encoded, signedIn } from '../sim/sharing.ts';
import type { SimClient } from '../sim/world.ts';
import { World } from '../sim/world.ts';

function remaining(client: SimClient, imageId: string): number | undefined {
  const held = client.core?.model.get('held', imageId);
  return held && left(held);
}

/** Owner 1 has shared `puppy` with viewer 2. */
function shared(views: number) {
  const world = new World();
  const owner = signedIn(world);
  const viewer = signedIn(world);
  const imageId = encoded(world, owner);
  world.ask(viewer, 'requestImage', { ownerId: 1, imageId, views });
  const [request] = owner.core!.model.all('queue');
  world.ask(owner, 'approve', { id: request!.id });
  world.runUntil(() => remaining(viewer, imageId) !== undefined);
  return { world, owner, viewer, imageId };
}

const troubles = (...clients: SimClient[]) =>
  clients.flatMap(({ news }) => news.filter(({ kind }) => kind === 'trouble'));

test('U2 U3 M1: register, sign in with nothing waiting, encode, listed for others', (t) => {
  const world = new World();
  const owner = world.add();
  t.deepEqual(world.ask(owner, 'register', {}), { clientId: 1 });
  t.deepEqual(world.ask(owner, 'signIn', {}), { clientId: 1, news: [] });
  const viewer = signedIn(world);
  const imageId = encoded(world, owner);
  t.is(imageId, 'client1-puppy');
  t.deepEqual(
    world.ask(viewer, 'activeUsers', {}).map(({ images }) => images),
    [['client1-puppy']],
  );
  t.deepEqual(troubles(owner, viewer), []);
});

test('D2 C1: a sign-in that is still under way at the shutdown leaves nobody online', (t) => {
  const world = new World();
  const client = signedIn(world);
  t.deepEqual(world.ask(client, 'shutdown', {}), { offline: true });
  t.deepEqual(world.ask(client, 'shutdown', {}), { offline: false }, 'there was nothing to end');
  const signIn = world.call(client, 'signIn', {});
  const shutdown = world.call(client, 'shutdown', {});
  world.runUntil(() => client.outcomes.has(signIn) && client.outcomes.has(shutdown));
  t.like(client.outcomes.get(shutdown), { ok: true, value: { offline: true } });
  t.false(client.core!.signedIn);
  t.is(world.cloud.members.get(client.jobs.key)?.address, undefined);
});

test('U4 U5 C2 M4: request, approve, receive, count down to the default picture', (t) => {
  const { world, owner, viewer, imageId } = shared(3);
  t.is(remaining(viewer, imageId), 3);
  for (const expected of [2, 1, 0]) {
    const outcome = world.ask(viewer, 'view', { imageId });
    t.is(outcome.shown, 'picture');
    t.is(outcome.remaining, expected);
  }
  t.deepEqual(world.ask(viewer, 'view', { imageId }), { shown: 'default', reason: 'none_left', remaining: 0 });
  t.is(world.cloud.releases, 3);
  world.run(100);
  t.is(owner.core!.model.all('sent')[0]!.used, 3, 'receipts reach the owner');
  t.deepEqual(troubles(owner, viewer), []);
});

test('U4: a rejection is told; online and offline', (t) => {
  for (const online of [true, false]) {
    const world = new World();
    const owner = signedIn(world);
    const viewer = signedIn(world);
    const imageId = encoded(world, owner);
    world.ask(viewer, 'requestImage', { ownerId: 1, imageId, views: 5 });
    if (!online) world.crash(viewer);
    const id = owner.core!.model.all('queue')[0]!.id;
    t.is(world.ask(owner, 'reject', { id }).delivery, online ? 'delivered' : 'left');
    if (!online) {
      world.start(viewer);
      const { news } = world.ask(viewer, 'signIn', {});
      t.deepEqual(news, [{ kind: 'rejected', by: 1, imageId, more: false }]);
      t.deepEqual(world.ask(viewer, 'signIn', {}).news, [], 'told once');
    }
    t.is(viewer.core!.model.all('asked')[0]!.state, 'rejected');
  }
});

test('U6: more views on a picture that is held: 0 → 10', (t) => {
  const { world, owner, viewer, imageId } = shared(1);
  world.ask(viewer, 'view', { imageId });
  world.ask(viewer, 'requestMore', { imageId, views: 10 });
  const request = owner.core!.model.all('queue').find(({ kind }) => kind === 'increase')!;
  t.is(world.ask(owner, 'approve', { id: request.id }).delivery, 'delivered');
  t.is(remaining(viewer, imageId), 10);
  t.throws(() => world.ask(viewer, 'requestMore', { imageId: 'client1-other', views: 1 }), { message: /do not hold/ });
});

test('U7 M6 N9 N10: an answer to somebody who died waits in the directory and is applied once', (t) => {
  const { world, owner, viewer, imageId } = shared(10);
  world.ask(viewer, 'requestMore', { imageId, views: 3 });
  world.crash(viewer);
  const request = owner.core!.model.all('queue').find(({ kind }) => kind === 'increase')!;
  t.is(world.ask(owner, 'approve', { id: request.id }).delivery, 'left');
  world.start(viewer);
  const { news } = world.ask(viewer, 'signIn', {});
  t.deepEqual(news, [{ kind: 'rightsChanged', by: 1, imageId, from: 10, to: 13 }]);
  t.deepEqual(world.ask(viewer, 'signIn', {}).news, []);
  t.is(remaining(viewer, imageId), 13);
});

test('U8 M6: the owner takes four views back, online at once, offline at the next sign-in; revokes', (t) => {
  for (const online of [true, false]) {
    const { world, owner, viewer, imageId } = shared(13);
    if (!online) world.crash(viewer);
    const change = world.ask(owner, 'changeRights', { imageId, viewerId: 2, change: { kind: 'take', views: 4 } });
    t.deepEqual(change, { allowed: 9, remaining: 9, delivery: online ? 'delivered' : 'left' });
    if (!online) {
      world.start(viewer);
      world.ask(viewer, 'signIn', {});
    }
    t.is(remaining(viewer, imageId), 9);
    world.ask(owner, 'changeRights', { imageId, viewerId: 2, change: { kind: 'revoke' } });
    t.deepEqual(world.ask(viewer, 'view', { imageId }), { shown: 'default', reason: 'revoked', remaining: 0 });
  }
});

test('M6: sharing unasked is an offer; it is taken only when it is accepted', (t) => {
  const world = new World();
  const owner = signedIn(world);
  const viewer = signedIn(world);
  const imageId = encoded(world, owner);
  world.ask(owner, 'share', { imageId, viewerId: 2, views: 7 });
  const [offer] = viewer.core!.model.all('offer');
  t.is(offer?.state, 'waiting');
  t.is(remaining(viewer, imageId), undefined);
  world.ask(viewer, 'answerOffer', { id: offer!.id, accepted: true });
  world.runUntil(() => remaining(viewer, imageId) !== undefined);
  t.is(remaining(viewer, imageId), 7);
});

test('U4 D4: the picture follows when a viewer that was offline at the approval comes back', (t) => {
  const world = new World();
  const owner = signedIn(world);
  const viewer = signedIn(world);
  const imageId = encoded(world, owner);
  world.ask(viewer, 'requestImage', { ownerId: 1, imageId, views: 5 });
  world.crash(viewer);
  t.is(world.ask(owner, 'approve', { id: owner.core!.model.all('queue')[0]!.id }).delivery, 'queued');
  world.start(viewer);
  world.ask(viewer, 'signIn', {});
  const end = world.now + 5_000;
  world.runUntil(() => remaining(viewer, imageId) !== undefined, end);
  t.is(remaining(viewer, imageId), 5);
});

test('S6 M1: the handler of an encode dies in the middle, another takes over', (t) => {
  const world = new World();
  const owner = signedIn(world);
  world.onEffect = (_client, effect) => {
    if (effect.kind === 'sendTransfer' && 'server' in effect.place && effect.place.server === 's1')
      world.serverDown('s1');
    return 'go';
  };
  t.is(encoded(world, owner), 'client1-puppy');
  world.serverDown('s2');
  world.serverDown('s3');
  const error = t.throws(() => world.ask(owner, 'activeUsers', {}));
  t.regex(error.message, /no link to s1, s2, s3/);
});

test('D2 N11 U4 U8: a viewer that shows itself to nobody is answered where it was heard, and not found otherwise', (t) => {
  const world = new World();
  const owner = signedIn(world);
  const viewer = signedIn(world, 'nobody');
  const imageId = encoded(world, owner);
  const cat = encoded(world, owner, 'cat');
  // Nobody finds it: what is offered waits.
  t.is(world.ask(owner, 'share', { imageId: cat, viewerId: 2, views: 9 }).delivery, 'queued');
  t.deepEqual(viewer.core!.model.all('offer'), []);

  world.ask(viewer, 'requestImage', { ownerId: 1, imageId, views: 5 });
  const [request] = owner.core!.model.all('queue');
  world.ask(owner, 'approve', { id: request!.id });
  world.runUntil(() => remaining(viewer, imageId) === 5);
  world.runUntil(() => viewer.core!.model.all('offer').length === 1);
  const take = { imageId, viewerId: 2, change: { kind: 'take', views: 2 } } as const;
  t.is(world.ask(owner, 'changeRights', take).delivery, 'delivered');
  t.is(remaining(viewer, imageId), 3);

  // Gone from there: the change waits in the directory until the next sign-in.
  world.crash(viewer);
  t.is(world.ask(owner, 'changeRights', take).delivery, 'left');
  world.run(120_000);
  t.deepEqual(owner.core!.model.all('outbox'), []);
  world.start(viewer);
  world.ask(viewer, 'signIn', {});
  t.is(remaining(viewer, imageId), 1);
  t.deepEqual(troubles(owner, viewer), []);
});

test('S6 E5: two servers work on one encode, and each gives only half of the answer of the other', (t) => {
  const world = new World();
  const owner = signedIn(world);
  let id = '';
  world.onEffect = (client, effect) => {
    if (effect.kind === 'sendCloud' && effect.request.type === 'encode') id = effect.request.id;
    if (effect.kind === 'acceptTransfer') {
      // While the picture of s1 is on its way, s2 has the last word; its own picture never comes.
      const body = { imageId: 'client1-puppy', digest: 'digest of stego of puppy', bytes: 2_000 };
      const ack = { type: 'encode', id, server: 's2', status: 'success', body } as const;
      world.give(client, { kind: 'cloudMessage', server: 's2', message: { kind: 'ack', ack } });
    }
    return 'go';
  };
  const before = world.now;
  t.is(encoded(world, owner), 'client1-puppy');
  t.true(world.now - before < 10_000);
});

test('S6 E5: a server that has answered goes away before its picture is there, and another hides it again', (t) => {
  const world = new World();
  const owner = signedIn(world);
  world.onEffect = (_client, effect) => {
    if (effect.kind !== 'acceptTransfer' || world.downServers.has('s1')) return 'go';
    world.serverDown('s1');
    return 'lose';
  };
  t.is(encoded(world, owner), 'client1-puppy');
});
