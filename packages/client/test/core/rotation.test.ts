import test from 'ava';
import type { RightsChange } from '../../src/core/calls.ts';
import { left } from '../../src/core/sharing/rights.ts';
import { parseGrant } from '../sim/fake-jobs.ts';
import { IMAGE, killedBefore, sharing } from '../sim/sharing.ts';
import type { World } from '../sim/world.ts';

const keyOf = (world: World, clientId: number): string | undefined =>
  [...world.cloud.members.values()].find((member) => member.clientId === clientId)?.key;

test('M6: new keys: the old ones are not heard any more, peers get an alarm, rights are signed anew', (t) => {
  const { world, owner, viewer } = sharing();
  const before = owner.jobs.key;
  world.ask(owner, 'rotateKeys', {});
  t.not(owner.jobs.key, before);
  t.is(keyOf(world, 1), owner.jobs.key);
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
  t.is(owner.core!.model.all('sent')[0]!.version, 2);
  world.run(5_000);
  t.true(viewer.news.some((news) => news.kind === 'keyChanged' && news.clientId === 1));
  t.is(viewer.core!.model.get('held', IMAGE)!.version, 1, 'nothing is believed before a person has compared');
  world.ask(viewer, 'trustKeys', { clientId: 1 });
  world.run(120_000);
  t.is(viewer.core!.model.get('held', IMAGE)!.version, 2);
  t.is(left(viewer.core!.model.get('held', IMAGE)!), 3);
});

test('M6: a viewer with new keys opens what was sealed to the old ones', (t) => {
  const { world, viewer } = sharing();
  world.ask(viewer, 'rotateKeys', {});
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture', remaining: 2 });
});

test('M6: a rotation that the cloud refuses leaves the old keys', (t) => {
  const { world, owner } = sharing();
  const before = owner.jobs.key;
  const member = world.cloud.members.get(before)!;
  member.key = 'stolen and replaced';
  const error = t.throws(() => world.ask(owner, 'rotateKeys', {}));
  t.regex(error.message, /refused/);
  t.is(owner.jobs.key, before);
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
});

test('M6: the recovery key replaces keys that somebody else has put in their place, and makes a lost profile anew', (t) => {
  const { world, owner } = sharing();
  const member = world.cloud.members.get(owner.jobs.key)!;
  world.cloud.members.delete(member.key);
  world.cloud.members.set('thief', Object.assign(member, { key: 'thief', signKey: 'thief' }));
  world.ask(owner, 'rotateKeys', { recovery: owner.jobs.hold({ picture: 'recovery key' }) });
  t.is(keyOf(world, 1), owner.jobs.key);

  const anew = world.add();
  world.ask(anew, 'rotateKeys', { recovery: anew.jobs.hold({ picture: 'recovery key' }), clientId: 1 });
  t.is(keyOf(world, 1), anew.jobs.key);
  t.is(world.ask(anew, 'signIn', {}).clientId, 1);
  t.throws(() => world.ask(anew, 'rotateKeys', { recovery: 1, clientId: 2 }), { message: /belongs to client 1/ });
});

test('M6 N9: a client killed before each effect of a rotation ends it at its next sign-in, or has the old keys', (t) => {
  for (let n = 1, reached = true; reached; n++) {
    const { world, owner, viewer } = sharing();
    reached = killedBefore(world, owner, n, () => world.ask(owner, 'rotateKeys', {}));
    if (owner.core === undefined) {
      world.start(owner);
      world.ask(owner, 'signIn', {});
    }
    t.is(keyOf(world, 1), owner.jobs.key, `crash at effect ${n}`);
    t.is(owner.core!.model.get('rotation', 'rotation'), undefined, `crash at effect ${n}`);
    world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'set', views: 2 } });
    world.run(1_000);
    if (viewer.news.some(({ kind }) => kind === 'keyChanged')) world.ask(viewer, 'trustKeys', { clientId: 1 });
    world.run(180_000);
    t.is(left(viewer.core!.model.get('held', IMAGE)!), 2, `crash at effect ${n}`);
    t.false(reached && n > 200);
  }
});

test('M6 N9: a refusal that says nothing of the keys does not give up new ones that the cloud may have', (t) => {
  const { world, owner } = sharing();
  world.onEffect = (_, effect) => (effect.kind === 'job' && effect.job.name === 'promoteKeys' ? 'crash' : 'go');
  t.throws(() => world.ask(owner, 'rotateKeys', {}));
  world.onEffect = () => 'go';
  world.cloud.clockWrong = true;
  world.start(owner);
  t.throws(() => world.ask(owner, 'signIn', {}), { message: /request_too_far_ahead/ });
  world.cloud.clockWrong = false;
  t.is(world.ask(owner, 'signIn', {}).clientId, 1);
  t.is(keyOf(world, 1), owner.jobs.key);
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
});

test('U8: rights of a blocked viewer can be taken and withdrawn, not raised', (t) => {
  const { world, owner } = sharing();
  world.ask(owner, 'setBlocked', { clientId: 2, blocked: true });
  const change = (what: { kind: 'add' | 'take'; views: number } | { kind: 'revoke' }) =>
    world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: what });
  t.throws(() => change({ kind: 'add', views: 1 }), { message: /blocked/ });
  t.is(change({ kind: 'take', views: 1 }).remaining, 2);
  t.is(change({ kind: 'revoke' }).remaining, 0);
  world.run(10_000);
  t.is([...world.cloud.rows.values()][0]!.allowed, 0, 'the directory knows');
});

test('M6 U8: a revocation at any effect of a rotation stands', (t) => {
  for (let n = 1, reached = true; reached; n++) {
    const { world, owner } = sharing();
    let effects = 0;
    let revoking: number | undefined;
    world.onEffect = (client) => {
      if (client === owner && ++effects === n)
        revoking = world.call(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'revoke' } });
      return 'go';
    };
    world.ask(owner, 'rotateKeys', {});
    reached = revoking !== undefined;
    world.onEffect = () => 'go';
    if (revoking === undefined) break;
    world.runUntil(() => owner.outcomes.has(revoking!));
    world.run(20_000);
    if (!owner.outcomes.get(revoking)!.ok) continue; // refused while signed out: nothing was promised
    t.is(owner.core!.model.all('sent')[0]!.allowed, 0, `revoked at effect ${n}`);
    t.is([...world.cloud.rows.values()][0]!.allowed, 0, `revoked at effect ${n}`);
  }
});

test('M6 N10: rights in their last version stop neither a rotation nor a sign-in', (t) => {
  const { world, owner } = sharing();
  const sent = owner.core!.model.all('sent')[0]!;
  world.crash(owner);
  owner.disk.push({ table: 'sent', key: `2 ${IMAGE}`, value: { ...sent, version: 0xffff_ffff } });
  world.start(owner);
  world.ask(owner, 'signIn', {});
  world.ask(owner, 'rotateKeys', {});
  t.is(keyOf(world, 1), owner.jobs.key);
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
  t.true(owner.core!.signedIn);
});

test('M6 M5: an offline share that has expired stays so when its rights are signed anew, taken or withdrawn', (t) => {
  const { world, owner } = sharing();
  const change = (what: RightsChange) =>
    world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: what });
  const expiry = () => parseGrant(owner.core!.model.all('sent')[0]!.grant).expiresAt!;
  change({ kind: 'mode', mode: { kind: 'offline', views: 2, hours: 1 } });
  const chosen = expiry();
  world.run(3 * 3_600_000);
  world.ask(owner, 'rotateKeys', {});
  t.is(expiry(), chosen);
  change({ kind: 'take', views: 1 });
  t.is(expiry(), chosen);
  change({ kind: 'add', views: 1 });
  t.true(expiry() > world.now);
  const added = expiry();
  world.run(60_000);
  change({ kind: 'revoke' });
  t.is(expiry(), added);
});

test('M6: a viewer whom the directory does not know any more keeps the old rights, and stops neither the others nor the next sign-in', (t) => {
  const { world, owner, viewer } = sharing();
  const stranger = world.add();
  world.ask(stranger, 'register', {});
  world.ask(owner, 'share', { imageId: IMAGE, viewerId: 3, views: 1 });
  world.cloud.members.delete(stranger.jobs.key);
  world.crash(owner);
  owner.disk.push({ table: 'contact', key: '3', value: null });
  world.start(owner);
  world.ask(owner, 'signIn', {});

  world.ask(owner, 'rotateKeys', {});
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
  const versions = owner.core!.model.all('sent').map(({ viewerId, version }) => [viewerId, version]);
  t.deepEqual(versions.sort(), [
    [2, 2],
    [3, 1],
  ]);
  t.true(owner.news.some((news) => news.kind === 'trouble' && /client 3/.test(news.where)));
  world.ask(viewer, 'trustKeys', { clientId: 1 });
  world.run(120_000);
  t.is(viewer.core!.model.get('held', IMAGE)!.version, 2);
});

test('M6 N9: a look-up that is refused for another reason than that nobody is known loses nothing, and signs nothing off', (t) => {
  const { world, owner, viewer } = sharing();
  world.crash(owner);
  owner.disk.push({ table: 'contact', key: '2', value: null });
  world.start(owner);
  world.ask(owner, 'signIn', {});
  const { handle } = world.cloud;
  const refusing: typeof handle = (server, key, request) => {
    if (key !== owner.jobs.key || request.type !== 'lookup') return handle.call(world.cloud, server, key, request);
    const error = { code: 'request_expired', message: 'its time is over' };
    return { type: 'lookup', id: request.id, server, status: 'refused', error };
  };
  world.cloud.handle = refusing;
  t.throws(() => world.ask(owner, 'rotateKeys', {}), { message: /its time is over/ });
  t.not(owner.core!.model.get('rotation', 'rotation'), undefined, 'it goes on at the next sign-in');
  world.cloud.handle = handle;
  world.ask(owner, 'signIn', {});
  t.is(owner.core!.model.get('rotation', 'rotation'), undefined);
  t.is(owner.core!.model.all('sent')[0]!.version, 2);

  world.cloud.handle = refusing;
  world.ask(viewer, 'trustKeys', { clientId: 1 });
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'add', views: 1 } });
  t.true(
    owner.core!.model.all('outbox').some(({ to }) => to === 2),
    'what is meant for the viewer waits',
  );
  world.cloud.handle = handle;
  world.run(200_000);
  t.deepEqual(owner.core!.model.all('outbox'), []);
  t.is(viewer.core!.model.get('held', IMAGE)!.version, 3);
});
