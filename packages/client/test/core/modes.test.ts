import test from 'ava';
import type { SharingMode } from '../../src/core/sharing/mode.ts';
import { left } from '../../src/core/sharing/rights.ts';
import { IMAGE, sharing } from '../sim/sharing.ts';
import type { World } from '../sim/world.ts';

const OFFLINE: SharingMode = { kind: 'offline', views: 3, hours: 2 };

const cloudOff = (world: World): void => {
  for (const server of ['s1', 's2', 's3']) world.serverDown(server);
};

test('M4 offline(n): n views are counted in advance, shown without the cloud, and told to the owner', (t) => {
  const { world, owner, viewer } = sharing({ mode: OFFLINE, views: 5 });
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 4 });
  t.is(world.cloud.releases, 3);
  world.run(100);
  t.is(owner.core!.model.all('sent')[0]!.used, 1, 'the owner hears of views that were shown');
  cloudOff(world);
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 3 });
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 2 });
  t.throws(() => world.ask(viewer, 'view', { imageId: IMAGE }), { message: /cloud did not answer/ });
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 2);
});

test('M4 offline(n): the last views are fewer than n; then the default picture', (t) => {
  const { world, viewer } = sharing({ mode: OFFLINE, views: 5 });
  for (const remaining of [4, 3, 2, 1, 0])
    t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining });
  t.is(world.cloud.releases, 5);
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default', reason: 'none_left' });
});

test('M4 offline(n): after its time nothing is shown, until the owner shares for as long again', (t) => {
  const { world, owner, viewer } = sharing({ mode: OFFLINE, views: 5 });
  world.ask(viewer, 'view', { imageId: IMAGE });
  world.run(2 * 3_600_000);
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default', reason: 'expired' });
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'mode', mode: OFFLINE } });
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 3 });
});

test('M4 trusting: views are counted down without the cloud', (t) => {
  const { world, owner, viewer } = sharing({ mode: { kind: 'trusting' }, views: 2 });
  cloudOff(world);
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 1 });
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 0 });
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default', reason: 'none_left' });
  t.is(world.cloud.releases, 0);
  t.is(owner.core!.model.all('sent')[0]!.mode.kind, 'trusting');
});

for (const kind of ['witnessed', 'trusting'] as const) {
  test(`M6 offline(n): views held when the mode becomes ${kind} are shown without the cloud, before any other`, (t) => {
    const { world, owner, viewer } = sharing({ mode: OFFLINE, views: 5 });
    world.ask(viewer, 'view', { imageId: IMAGE });
    world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'mode', mode: { kind } } });
    world.run(1_000);
    t.like(viewer.core!.model.get('held', IMAGE), { mode: kind, offlineLeft: 2 });
    cloudOff(world);
    for (const remaining of [3, 2])
      t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining });
    t.is(world.cloud.releases, 3);
    if (kind === 'witnessed')
      t.throws(() => world.ask(viewer, 'view', { imageId: IMAGE }), { message: /cloud did not answer/ });
    else
      for (const remaining of [1, 0])
        t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining });
    t.is(left(viewer.core!.model.get('held', IMAGE)!), kind === 'witnessed' ? 2 : 0);
  });
}

test('M6: a change of rights keeps the mode; numbers out of range are refused', (t) => {
  const { world, owner, viewer } = sharing({ mode: OFFLINE, views: 5 });
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'add', views: 2 } });
  t.like(viewer.core!.model.get('held', IMAGE), { mode: 'offline', offlineViews: 3, allowed: 7 });
  for (const mode of [
    { kind: 'offline', views: 0, hours: 1 },
    { kind: 'offline', views: 101, hours: 1 },
    { kind: 'offline', views: 1.5, hours: 1 },
    { kind: 'offline', views: 1, hours: 721 },
  ] as const) {
    const change = { kind: 'mode', mode } as const;
    t.throws(() => world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change }), {
      message: /1 to 100 views in advance/,
    });
  }
});
