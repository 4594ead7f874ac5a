import test from 'ava';
import { left } from '../../src/core/sharing/rights.ts';
import { IMAGE, sharing } from '../sim/sharing.ts';
import type { SimClient, World } from '../sim/world.ts';

/** Viewer 2 holds `client1-puppy` with three views, of which the directory has not heard that they came, and has asked for four more; both are away. */
function asking() {
  const { world, owner, viewer } = sharing();
  world.run(1_000);
  world.crash(owner);
  world.ask(viewer, 'requestMore', { imageId: IMAGE, views: 4 });
  world.crash(viewer);
  return { world, owner, viewer };
}

function comeBack(world: World, client: SimClient): void {
  world.start(client);
  world.ask(client, 'signIn', {});
  world.run(5_000);
}

const states = (viewer: SimClient): readonly string[] => viewer.core!.model.all('asked').map(({ state }) => state);

test('U6 U7 D4 N9 N10: rights that waited in the directory from before a question do not answer it', (t) => {
  const { world, owner, viewer } = asking();
  comeBack(world, viewer);
  t.deepEqual(states(viewer), ['open']);
  t.throws(() => world.ask(viewer, 'requestMore', { imageId: IMAGE, views: 4 }), { message: /asked for this already/ });
  comeBack(world, owner);
  world.run(120_000);
  const requests = owner.core!.model.all('queue');
  t.is(requests.length, 1);
  world.ask(owner, 'approve', { id: requests[0]!.id });
  world.run(5_000);
  t.deepEqual(states(viewer), ['approved']);
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 7);
});

test('U6 U8 D4: views that are taken back while a question waits do not answer it; the answer does, also by way of the directory', (t) => {
  const { world, owner, viewer } = asking();
  comeBack(world, owner);
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'take', views: 1 } });
  comeBack(world, viewer);
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 2);
  t.deepEqual(states(viewer), ['open']);
  world.run(120_000);
  const request = owner.core!.model.all('queue')[0]!;
  world.crash(viewer);
  world.ask(owner, 'approve', { id: request.id });
  world.crash(owner);
  comeBack(world, viewer);
  t.deepEqual(states(viewer), ['approved']);
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 6);
});

test('U6 U8: a question to somebody whom the directory does not know is refused, and does not wait; a picture of others is not shared', (t) => {
  const { world, viewer } = asking();
  comeBack(world, viewer);
  const toNobody = { imageId: 'client9-nope', ownerId: 9, views: 2 };
  t.throws(() => world.ask(viewer, 'requestImage', toNobody), { code: 'peer_unknown' });
  t.deepEqual(states(viewer), ['open', 'rejected']);
  t.is(viewer.core!.model.all('outbox').filter(({ to }) => to === 9).length, 0);
  t.throws(() => world.ask(viewer, 'share', { imageId: IMAGE, viewerId: 2, views: 1 }), { code: 'image_unknown' });
});
