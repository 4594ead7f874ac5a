/** SPEC U1 … U8, told on any directory. */

import type { TestFn } from 'ava';
import { eventually } from '../../src/index.ts';
import { askAndReceive, dieBeforeTheAnswer, encodeAndList, lookAtAll } from './stories.ts';
import { give, logWarnings, openWorld, remaining, type World } from './world.ts';

/** @param directory the kind, in front of the titles; @param open makes a migrated directory: its URL, or none for the cloud's own */
export function testUseCases(test: TestFn<World>, directory: string, open: () => Promise<string | undefined>): void {
  test.before(async (t) => {
    t.timeout(120_000);
    const directoryUrl = await open();
    // Priorities are told once a second, at level debug.
    const settings = { log: { level: 'debug' } } as const;
    t.context = await openWorld({ settings, ...(directoryUrl === undefined ? {} : { directoryUrl }) });
  });

  test.after.always((t) => t.context?.[Symbol.asyncDispose]());

  test.afterEach.always((t) => logWarnings(t, t.context));

  test(`${directory}: U1 E1 E2 E4 every server logs the priorities of the others, the leader and who was chosen for a request`, async (t) => {
    const { cloud } = t.context;
    await cloud.agreed();
    const leader = await cloud.leader();
    const asker = await t.context.somebody('asker');
    await asker.client.activeUsers();

    for (const { id } of cloud.servers) {
      const server = cloud.server(id);
      const others = cloud.servers.filter((other) => other.id !== id);
      const said = (pattern: RegExp): Promise<boolean> =>
        eventually(`${id} logs ${pattern}`, async () => server.log().some(({ msg }) => pattern.test(msg)));
      for (const other of others) t.true(await said(new RegExp(`^priorities: .*\\b${other.id} \\d+\\.\\d\\d\\b`)));
      t.true(await said(new RegExp(`^leader is ${leader}$`)));
    }
    const { server, requestId } = await eventually('the answer is logged', async () =>
      cloud.log().find(({ msg }) => msg.startsWith('active_users: success')),
    );
    const chosen = await eventually('the choice of who answered is logged', async () =>
      cloud.choices().find((choice) => choice.requestId === requestId && choice.handler === server),
    );
    t.is(chosen.request, 'active_users');
  });

  test(`${directory}: U2 D2 D4 registration gives an id; signing in tells what came meanwhile, or that nothing did`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    t.true(Number.isSafeInteger(owner.id) && owner.id >= 1);
    t.not(owner.id, viewer.id);
    t.is((await viewer.client.register()).clientId, viewer.id, 'the same keys are the same client');
    t.deepEqual((await viewer.client.signIn()).news, []);

    const imageId = await give(owner, viewer, 5);
    await viewer.client.shutdown();
    await viewer.leave();
    t.is((await owner.client.changeRights(imageId, viewer.id, { kind: 'add', views: 2 })).delivery, 'left');
    await viewer.comeBack();
    t.deepEqual(await viewer.client.signIn(), {
      clientId: viewer.id,
      news: [{ kind: 'rightsChanged', by: owner.id, imageId, from: 5, to: 7 }],
    });
  });

  test(`${directory}: U3 S2 S3 D2 D3 M1 an encoded picture is listed for others, and its progress is told`, async (t) => {
    const [owner, other] = [await t.context.somebody('owner'), await t.context.somebody('other')];
    await encodeAndList(t, owner, other);
  });

  test(`${directory}: U4 M2 M3 M4 C2 a request waits in the queue of the owner; approved, the picture arrives with its views`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    await askAndReceive(t, owner, viewer, 5);
  });

  test(`${directory}: U4 C2 a rejected request is told to who asked, who may ask again`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    const imageId = await encodeAndList(t, owner, viewer);
    await viewer.client.requestImage(owner.id, imageId, 5);
    await owner.client.reject((await owner.next('requestArrived')).id);
    t.like(await viewer.next('rejected'), { by: owner.id, imageId, more: false });
    t.deepEqual(viewer.client.peerImages(), []);
    t.deepEqual(viewer.client.openRequests(), []);
    await viewer.client.requestImage(owner.id, imageId, 1);
    await owner.client.approve((await owner.next('requestArrived')).id);
    t.is((await viewer.next('imageArrived')).views, 1);
  });

  test(`${directory}: U5 M4 M5 G2 each view counts one down; at zero the default picture is shown`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    const imageId = await give(owner, viewer, 5);
    await lookAtAll(t, viewer, imageId, 5);
    const told = await eventually('the owner knows of all five views', async () =>
      owner.client.sharedRights().find(({ used }) => used === 5),
    );
    t.like(told, { imageId, viewerId: viewer.id, remaining: 0 });
  });

  test(`${directory}: U6 M6 ten more views of a picture that is held: 0 becomes 10`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    const stranger = await t.context.somebody('stranger');
    const imageId = await give(owner, viewer, 1);
    await viewer.client.view(imageId);
    t.is(remaining(viewer, imageId), 0);
    await t.throwsAsync(stranger.client.requestMore(imageId, 10), { code: 'not_held' });

    await viewer.client.requestMore(imageId, 10);
    const request = await owner.next('requestArrived');
    t.like(request, { from: viewer.id, imageId, views: 10, more: true });
    await owner.client.approve(request.id);
    t.like(await viewer.next('rightsChanged'), { by: owner.id, from: 0, to: 10 });
    t.is(remaining(viewer, imageId), 10);
    t.like(await viewer.client.view(imageId), { shown: 'picture', remaining: 9 });
  });

  test(`${directory}: U7 D4 N9 the asker is killed before the answer, which waits in the directory and counts once: 10 becomes 13`, async (t) => {
    await dieBeforeTheAnswer(t, t.context);
  });

  test(`${directory}: U8 M6 D4 N9 the owner takes four views back: at once from who is online, at the next sign-in from who is not`, async (t) => {
    const [owner, viewer] = [await t.context.somebody('owner'), await t.context.somebody('viewer')];
    const imageId = await give(owner, viewer, 13);
    t.deepEqual(
      owner.client.sharedRights().map(({ viewerId, ...right }) => [viewerId, right.imageId, right.remaining]),
      [[viewer.id, imageId, 13]],
    );
    const take = { kind: 'take', views: 4 } as const;
    t.like(await owner.client.changeRights(imageId, viewer.id, take), { remaining: 9, delivery: 'delivered' });
    t.like(await viewer.next('rightsChanged'), { by: owner.id, imageId, from: 13, to: 9 });
    t.is(remaining(viewer, imageId), 9);
    t.deepEqual((await viewer.client.signIn()).news, [], 'the directory does not tell it again');

    await viewer.client.shutdown();
    await viewer.leave();
    t.like(await owner.client.changeRights(imageId, viewer.id, take), { remaining: 5, delivery: 'left' });
    await viewer.comeBack();
    t.is(remaining(viewer, imageId), 9);
    t.deepEqual((await viewer.client.signIn()).news, [
      { kind: 'rightsChanged', by: owner.id, imageId, from: 9, to: 5 },
    ]);
    t.is(remaining(viewer, imageId), 5);
    t.deepEqual((await viewer.client.signIn()).news, []);
  });
}
