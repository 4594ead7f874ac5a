import { cp, rm } from 'node:fs/promises';
import test from 'ava';
import { type Person, people, smallPicture } from './people.ts';

test('U8 M6 N10: an owner whose whole home is restored adds to what it had left, also with new keys, and gives nothing back that it had taken', async (t) => {
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 9);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  await owner.client.close();
  const copy = `${owner.folder}-copy`;
  await cp(owner.folder, copy, { recursive: true });
  t.teardown(() => rm(copy, { recursive: true, force: true }));
  const restore = async (): Promise<void> => {
    await owner.client.close();
    await rm(owner.folder, { recursive: true });
    await cp(copy, owner.folder, { recursive: true });
    await owner.open();
    await owner.client.signIn();
  };
  const row = () => [...cloud.directory.rows.values()][0]!;

  await owner.open();
  await owner.client.signIn();
  await owner.client.changeRights(imageId, 2, { kind: 'take', views: 7 });
  await owner.client.changeRights(imageId, 2, { kind: 'add', views: 1 });
  await restore();
  t.is(owner.client.sharedRights()[0]!.remaining, 9, 'what the backup remembers');
  t.is((await owner.client.changeRights(imageId, 2, { kind: 'add', views: 2 })).remaining, 5);
  t.like(row(), { version: 4, allowed: 5 });

  await owner.client.changeRights(imageId, 2, { kind: 'revoke' });
  await restore();
  await owner.client.rotateKeys();
  t.is(row().allowed, 0);
  t.is((await owner.client.changeRights(imageId, 2, { kind: 'add', views: 1 })).remaining, 1);
  t.like(row(), { version: 7, allowed: 1 });
});
