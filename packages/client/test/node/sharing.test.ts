import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Progress } from '../../src/index.ts';
import { people, smallPicture } from './people.ts';

test('U2 U3 U4 U5 M2 M3 M5: a picture from one disk to another, counted down, never decrypted on disk', async (t) => {
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [(typeof two)[0], (typeof two)[0]];
  const picture = smallPicture();
  const phases: Progress['phase'][] = [];
  const { imageId } = await owner.client.encode(picture, {
    name: 'puppy',
    onProgress: ({ phase }) => phases.push(phase),
  });
  t.is(imageId, 'client1-puppy');
  t.deepEqual(
    [...new Set(phases)].filter((phase) => phase !== 'encoding'),
    ['waiting', 'uploading', 'downloading', 'checking', 'publishing'],
  );
  t.deepEqual(Buffer.from((await owner.client.view(imageId)).bytes), Buffer.from(picture), 'owner views are free');

  const [listed] = await viewer.client.activeUsers();
  t.deepEqual(listed?.images, [imageId]);
  t.is((await viewer.client.requestImage(1, imageId, 2)).delivery, 'delivered');
  const request = await owner.heard('requestArrived');
  t.is((await owner.client.approve(request.id)).delivery, 'delivered');
  await viewer.heard('imageArrived');
  const arriving = viewer.news.findLast((news) => news.kind === 'imageArriving');
  t.is(arriving?.kind === 'imageArriving' && arriving.done, arriving?.kind === 'imageArriving' && arriving.bytes);
  t.deepEqual(
    viewer.client.peerImages().map(({ remaining }) => remaining),
    [2],
  );

  for (const remaining of [1, 0]) {
    const shown = await viewer.client.view(imageId);
    t.is(shown.shown, 'picture');
    t.is(shown.remaining, remaining);
    t.deepEqual(Buffer.from(shown.bytes), Buffer.from(picture));
  }
  const last = await viewer.client.view(imageId);
  t.like(last, { shown: 'default', reason: 'none_left', remaining: 0 });
  t.is(cloud.directory.releases, 2);
  await owner.heard('viewed');

  for (const file of await readdir(viewer.folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(join(file.parentPath, file.name));
    t.false(bytes.includes('picture picture '), `${file.name} holds no plaintext`);
  }
  const troubles = [...owner.news, ...viewer.news].filter(({ kind }) => kind === 'trouble');
  t.deepEqual(troubles, []);
});

test('U6 U7 U8: more views, a change for somebody who is away, and the profile opened again', async (t) => {
  const { people: two } = await people(t, 2);
  const [owner, viewer] = two as [(typeof two)[0], (typeof two)[0]];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 3);
  const offer = await viewer.heard('offerArrived');
  await viewer.client.accept(offer.id);
  await viewer.heard('imageArrived');
  await viewer.client.view(imageId);

  await viewer.client.requestMore(imageId, 10);
  const request = await owner.heard('requestArrived');
  await viewer.client.shutdown();
  await viewer.client.close();
  t.is((await owner.client.approve(request.id)).delivery, 'left');

  await viewer.open();
  t.deepEqual((await viewer.client.signIn()).news, [{ kind: 'rightsChanged', by: 1, imageId, from: 2, to: 12 }]);
  t.is((await owner.client.changeRights(imageId, 2, { kind: 'take', views: 4 })).delivery, 'delivered');
  t.deepEqual(
    viewer.client.peerImages().map(({ remaining }) => remaining),
    [8],
  );
  t.is((await viewer.client.view(imageId)).remaining, 7);
  await owner.client.changeRights(imageId, 2, { kind: 'revoke' });
  t.like(await viewer.client.view(imageId), { shown: 'default', reason: 'revoked' });
});

test('M4 G2 N10: an old copy of a picture file brings no view back; a changed band shows the default picture', async (t) => {
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [(typeof two)[0], (typeof two)[0]];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 3);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');

  const pictures = join(viewer.folder, 'pictures');
  const [name] = await readdir(pictures);
  const path = join(pictures, name!);
  const old = await readFile(path);
  const { writeFile } = await import('node:fs/promises');
  for (let i = 0; i < 5; i++) {
    await viewer.client.view(imageId);
    await writeFile(path, old);
  }
  t.is(cloud.directory.releases, 3);

  await owner.client.changeRights(imageId, 2, { kind: 'add', views: 5 });
  const { readRights, writeRights } = await import('@p2pimg/stego');
  const changed = new Uint8Array(await readFile(path));
  const band = readRights(changed)!;
  band[470]! ^= 1;
  writeRights(changed, band);
  await writeFile(path, changed);
  t.like(await viewer.client.view(imageId), { shown: 'default', reason: 'tampered' });
  t.is(cloud.directory.releases, 3);
});
