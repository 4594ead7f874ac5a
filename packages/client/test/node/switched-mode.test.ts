import { cp, rm } from 'node:fs/promises';
import test from 'ava';
import { type Person, people, smallPicture } from './people.ts';

test('M4 M6 N10 offline(n): views held when the mode becomes witnessed are shown; a ledger of before shows none again', async (t) => {
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 5, { mode: { kind: 'offline', views: 3, hours: 1 } });
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  t.like(await viewer.client.view(imageId), { shown: 'picture', remaining: 4 });
  await owner.client.changeRights(imageId, 2, { kind: 'mode', mode: { kind: 'witnessed' } });
  await viewer.until(() => viewer.client.peerImages()[0]!.mode === 'witnessed');
  await viewer.client.close();
  const copy = `${viewer.folder}-ledger`;
  await cp(`${viewer.folder}/ledger`, copy, { recursive: true });
  t.teardown(() => rm(copy, { recursive: true, force: true }));

  await viewer.open();
  for (const remaining of [3, 2]) t.like(await viewer.client.view(imageId), { shown: 'picture', remaining });
  t.is(cloud.directory.releases, 3, 'counted when they were taken');
  await viewer.client.close();
  await rm(`${viewer.folder}/ledger`, { recursive: true });
  await cp(copy, `${viewer.folder}/ledger`, { recursive: true });
  await viewer.open();
  t.like(await viewer.client.view(imageId), { shown: 'default', reason: 'rolled_back' });
});
