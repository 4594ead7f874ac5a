import { cp, rm } from 'node:fs/promises';
import test from 'ava';
import { type Person, people, smallPicture } from './people.ts';

const VIEWS = 5;
const RESTORES = process.env.P2PIMG_LONG === '1' ? 200 : 12;

test(`M4 M5 N10: ${RESTORES} restores of the whole profile bring no view back, and break nothing`, async (t) => {
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, VIEWS);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  await viewer.client.close();
  const copy = `${viewer.folder}-copy`;
  await cp(viewer.folder, copy, { recursive: true });
  t.teardown(() => rm(copy, { recursive: true, force: true }));

  let shown = 0;
  for (let i = 0; i < RESTORES; i++) {
    await rm(viewer.folder, { recursive: true });
    await cp(copy, viewer.folder, { recursive: true });
    await viewer.open();
    t.is((await viewer.client.signIn()).clientId, 2, 'the counter of the restored profile is still accepted');
    const outcome = await viewer.client.view(imageId);
    if (outcome.shown === 'picture') shown++;
    else t.is(outcome.reason, 'none_left');
    if (i < RESTORES - 1) await viewer.client.close();
  }
  t.is(shown, VIEWS);
  t.is(cloud.directory.releases, VIEWS);
});

test('M4: a copied picture is of no use to another client', async (t) => {
  const { people: three } = await people(t, 3);
  const [owner, viewer, thief] = three as [Person, Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 3);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  await Promise.all([viewer.client.close(), thief.client.close()]);
  for (const name of ['journal', 'pictures', 'ledger']) {
    await rm(`${thief.folder}/${name}`, { recursive: true, force: true });
    await cp(`${viewer.folder}/${name}`, `${thief.folder}/${name}`, { recursive: true });
  }
  await Promise.all([viewer.open(), thief.open()]);
  t.like(await thief.client.view(imageId), { shown: 'default', reason: 'tampered' });
  t.is((await viewer.client.view(imageId)).shown, 'picture');
});
