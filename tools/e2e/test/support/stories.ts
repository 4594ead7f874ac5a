/** Steps that are told on each kind of directory. */

import { readFile } from 'node:fs/promises';
import type { Progress } from '@p2pimg/client';
import type { ExecutionContext } from 'ava';
import { openPerson, openRemotePerson, type Person } from '../../src/index.ts';
import { give, PUPPY, remaining, type World } from './world.ts';

/** SPEC U3. Returns the image id. */
export async function encodeAndList(t: ExecutionContext, owner: Person, other: Person): Promise<string> {
  const phases = new Set<Progress['phase']>();
  const { imageId } = await owner.client.encode(PUPPY, { onProgress: ({ phase }) => phases.add(phase) });
  t.is(imageId, `client${owner.id}-puppy`);
  for (const phase of ['waiting', 'uploading', 'downloading', 'publishing'] as const) t.true(phases.has(phase), phase);
  const listed = (await other.client.activeUsers()).find(({ clientId }) => clientId === owner.id);
  t.deepEqual(listed?.images, [imageId]);
  const own = await owner.client.view(imageId);
  t.deepEqual(Buffer.from(own.bytes), await readFile(PUPPY));
  return imageId;
}

/** SPEC U4, approved. */
export async function askAndReceive(
  t: ExecutionContext,
  owner: Person,
  viewer: Person,
  views: number,
): Promise<string> {
  const imageId = await encodeAndList(t, owner, viewer);
  await viewer.client.requestImage(owner.id, imageId, views);
  const request = await owner.next('requestArrived');
  t.like(request, { from: viewer.id, imageId, views, more: false });
  t.deepEqual(
    owner.client.requests().map(({ id, state }) => ({ id, state })),
    [{ id: request.id, state: 'waiting' }],
  );
  await owner.client.approve(request.id);
  t.like(await viewer.next('imageArrived'), { from: owner.id, imageId, views });
  t.is(remaining(viewer, imageId), views);
  t.deepEqual(owner.client.requests(), []);
  return imageId;
}

/** SPEC U5: looks until nothing is left, and once more. */
export async function lookAtAll(t: ExecutionContext, viewer: Person, imageId: string, views: number): Promise<void> {
  const original = await readFile(PUPPY);
  for (let left = views - 1; left >= 0; left--) {
    const shown = await viewer.client.view(imageId);
    t.like(shown, { shown: 'picture', remaining: left });
    t.deepEqual(Buffer.from(shown.bytes), original);
    t.is(remaining(viewer, imageId), left);
  }
  const refused = await viewer.client.view(imageId);
  t.like(refused, { shown: 'default', reason: 'none_left', remaining: 0 });
  t.notDeepEqual(Buffer.from(refused.bytes), original);
}

/** SPEC U7: asks for three more in a process that is killed before the owner answers. */
export async function dieBeforeTheAnswer(t: ExecutionContext, world: World): Promise<void> {
  const owner = await world.somebody('owner');
  const options = world.options('viewer');
  const viewer = await openPerson(options);
  await viewer.client.register();
  await viewer.client.signIn();
  const imageId = await give(owner, viewer, 10);
  await viewer.leave();

  const remote = await openRemotePerson(options);
  await remote.call('signIn');
  t.is((await remote.call('requestMore', imageId, 3)).delivery, 'delivered');
  const request = await owner.next('requestArrived');
  await remote.kill();
  t.is((await owner.client.approve(request.id)).delivery, 'left', 'the directory keeps the answer');

  await viewer.comeBack();
  t.is(remaining(viewer, imageId), 10, 'nothing has changed before the sign-in');
  const { news } = await viewer.client.signIn();
  t.deepEqual(news, [{ kind: 'rightsChanged', by: owner.id, imageId, from: 10, to: 13 }]);
  t.is(remaining(viewer, imageId), 13);
  t.deepEqual((await viewer.client.signIn()).news, [], 'it is applied once');
  t.is(remaining(viewer, imageId), 13);
  await viewer.leave();
}
