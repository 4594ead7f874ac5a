import test from 'ava';
import type { RightsChange } from '../../src/core/calls.ts';
import { left } from '../../src/core/sharing/rights.ts';
import { IMAGE, killedBefore, sharing } from '../sim/sharing.ts';
import type { SimClient, World } from '../sim/world.ts';

const add = (views: number): RightsChange => ({ kind: 'add', views });

/** Owner 1 has shared a picture with viewer 2, three views; `restore` puts the owner back to that moment. */
function restorable() {
  const { world, owner, viewer } = sharing();
  world.run(1_000);
  const backup = [...owner.disk];
  const restore = (): void => {
    world.crash(owner);
    owner.disk.splice(0, owner.disk.length, ...backup);
    world.start(owner);
    world.ask(owner, 'signIn', {});
  };
  return { world, owner, viewer, restore };
}

function change(world: World, owner: SimClient, how: RightsChange) {
  return world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: how });
}

const versions = (world: World, owner: SimClient, viewer: SimClient) => [
  [...world.cloud.rows.values()][0]!.version,
  owner.core!.model.all('sent')[0]!.version,
  viewer.core!.model.get('held', IMAGE)!.version,
];

for (const lost of [1, 2, 5]) {
  for (const online of [true, false]) {
    test(`U8 D4 N9: an owner that ${lost} changes are missing of after a restore learns them before its next one, the viewer ${online ? 'online' : 'offline'}`, (t) => {
      const { world, owner, viewer, restore } = restorable();
      for (let i = 0; i < lost; i++) change(world, owner, add(10));
      world.run(1_000);
      restore();
      if (!online) world.crash(viewer);
      const { allowed, delivery } = change(world, owner, add(2));
      t.is(allowed, 5 + 10 * lost);
      t.is(delivery, online ? 'delivered' : 'left');
      if (!online) {
        world.start(viewer);
        world.ask(viewer, 'signIn', {});
      }
      world.run(5_000);
      t.is(left(viewer.core!.model.get('held', IMAGE)!), 5 + 10 * lost);
      t.deepEqual(versions(world, owner, viewer), [lost + 2, lost + 2, lost + 2]);
      t.deepEqual(owner.core!.model.all('outbox'), []);
      const troubles = [owner, viewer].flatMap(({ news }) => news.filter(({ kind }) => kind === 'trouble'));
      t.deepEqual(troubles, []);
    });
  }
}

test('U8 M4: an owner revokes after a restore: what was given since is gone too', (t) => {
  const { world, owner, viewer, restore } = restorable();
  for (let i = 0; i < 3; i++) change(world, owner, add(10));
  restore();
  change(world, owner, { kind: 'revoke' });
  world.run(5_000);
  t.deepEqual(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default', reason: 'revoked', remaining: 0 });
});

const allowedBy = (world: World, owner: SimClient) => [
  [...world.cloud.rows.values()][0]!.allowed,
  owner.core!.model.all('sent')[0]!.allowed,
];

test('U8 M6 N10: new keys after a restore, twice, and a directory that is restored too, leave withdrawn what was withdrawn', (t) => {
  const { world, owner, viewer, restore } = restorable();
  change(world, owner, { kind: 'revoke' });
  restore();
  world.ask(owner, 'rotateKeys', {});
  world.run(5_000);
  t.deepEqual(allowedBy(world, owner), [0, 0]);
  world.ask(owner, 'rotateKeys', {});
  world.cloud.generation = '1'.repeat(32);
  world.ask(owner, 'signIn', {});
  world.run(5_000);
  t.deepEqual(allowedBy(world, owner), [0, 0]);
  world.ask(viewer, 'trustKeys', { clientId: 1 });
  world.run(120_000);
  t.deepEqual(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default', reason: 'revoked', remaining: 0 });
});

test('U8 M6: what a restored owner learns of rights that were signed with keys it has not takes views, and gives none', (t) => {
  for (const [since, expected] of [
    [add(10), 3],
    [{ kind: 'take', views: 2 } as const, 1],
  ] as const) {
    const { world, owner, restore } = restorable();
    world.ask(owner, 'rotateKeys', {});
    change(world, owner, since);
    restore();
    world.ask(owner, 'rotateKeys', {});
    world.run(5_000);
    t.deepEqual(allowedBy(world, owner), [expected, expected]);
  }
});

test('U8 M6 D4: what a restored owner decides while no server answers meets what it did not know: the fewer views count', (t) => {
  for (const [since, blind, expected] of [
    [{ kind: 'revoke' }, add(2), 0],
    [add(10), { kind: 'revoke' }, 0],
    [add(10), { kind: 'take', views: 1 }, 2],
  ] as const) {
    const { world, owner, viewer, restore } = restorable();
    change(world, owner, since);
    restore();
    world.crash(viewer);
    for (const server of ['s1', 's2', 's3']) world.serverDown(server);
    t.is(change(world, owner, blind).delivery, 'queued');
    for (const server of ['s1', 's2', 's3']) world.serverUp(server);
    world.run(120_000);
    t.deepEqual(allowedBy(world, owner), [expected, expected]);
    world.start(viewer);
    world.ask(viewer, 'signIn', {});
    world.run(5_000);
    t.is(left(viewer.core!.model.get('held', IMAGE)!), expected);
    t.deepEqual(owner.core!.model.all('outbox'), []);
  }
});

test('U8 M6: views and a mode that a backup knows nothing of are the ground that the next change stands on', (t) => {
  const { world, owner, viewer, restore } = restorable();
  const mode = { kind: 'offline', views: 2, hours: 3 } as const;
  change(world, owner, { kind: 'mode', mode });
  change(world, owner, { kind: 'revoke' });
  restore();
  change(world, owner, add(4));
  world.run(5_000);
  const sent = owner.core!.model.all('sent')[0]!;
  t.deepEqual(sent.mode, mode);
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 4);
});

test('U4 M6: a picture shared, seen and taken back since the backup, shared again: exactly what is given now', (t) => {
  const { world, owner, viewer } = restorable();
  const bytes = owner.jobs.hold({ picture: 'kitten' });
  world.ask(owner, 'encode', { name: 'kitten', bytes, size: 5, digest: 'digest of kitten', mime: 'image/jpeg' });
  world.run(1_000);
  const backup = [...owner.disk];
  world.ask(owner, 'share', { imageId: 'client1-kitten', viewerId: 2, views: 5 });
  const offer = (): string => viewer.core!.model.all('offer').find(({ state }) => state === 'waiting')!.id;
  world.ask(viewer, 'answerOffer', { id: offer(), accepted: true });
  world.runUntil(() => viewer.core!.model.get('held', 'client1-kitten') !== undefined);
  for (let i = 0; i < 4; i++) world.ask(viewer, 'view', { imageId: 'client1-kitten' });
  world.ask(owner, 'changeRights', { imageId: 'client1-kitten', viewerId: 2, change: { kind: 'revoke' } });
  world.crash(owner);
  owner.disk.splice(0, owner.disk.length, ...backup);
  world.start(owner);
  world.ask(owner, 'signIn', {});
  world.ask(owner, 'share', { imageId: 'client1-kitten', viewerId: 2, views: 3 });
  world.ask(viewer, 'answerOffer', { id: offer(), accepted: true });
  world.run(5_000);
  t.is(left(viewer.core!.model.get('held', 'client1-kitten')!), 3);
});

test('U8 N9: a restored owner killed before each effect of its change: it counts once', (t) => {
  for (let n = 1, reached = true; reached; n++) {
    const { world, owner, viewer, restore } = restorable();
    change(world, owner, add(10));
    change(world, owner, add(10));
    restore();
    reached = killedBefore(world, owner, n, () => change(world, owner, { kind: 'set', views: 2 }));
    if (owner.core === undefined) {
      world.start(owner);
      world.ask(owner, 'signIn', {});
      change(world, owner, { kind: 'set', views: 2 });
    }
    world.run(180_000);
    t.is(left(viewer.core!.model.get('held', IMAGE)!), 2, `crash at effect ${n}`);
    const [directory, known, held] = versions(world, owner, viewer);
    t.deepEqual([known, held], [directory, directory], `crash at effect ${n}`);
    t.false(reached && n > 200);
  }
});

test('U8 N9: a directory that claims the last version there is: the change is refused, not wrapped around', (t) => {
  const { world, owner } = restorable();
  [...world.cloud.rows.values()][0]!.version = 0xffff_ffff;
  change(world, owner, add(2));
  world.run(1_000);
  t.true(owner.news.some((news) => news.kind === 'trouble' && /no further version/.test(news.message)));
  t.deepEqual(owner.core!.model.all('outbox'), []);
  t.is(owner.core!.model.all('sent')[0]!.version, 2);
});
