import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { partBytes } from '../../src/core/sharing/parts.ts';
import { Person, people, smallPicture } from './people.ts';
import { DISK, smallDisk } from './small-disk.ts';

test(`T1 M3 N10: ${DISK} that is full in the middle of a receive: whole parts stay, nothing else is harmed, and it goes on from there`, async (t) => {
  const { cloud, people: one } = await people(t, 1, 700);
  const [owner] = one as [Person];
  const disk = await smallDisk(t, 16 * 1024 * 1024);
  const viewer = new Person(disk.folder, cloud);
  await viewer.open();
  t.teardown(() => viewer.client.close());
  await viewer.client.register();
  await viewer.client.signIn();
  const puppy = new Uint8Array(Buffer.concat([smallPicture(), randomBytes(400_000)]));
  await owner.client.encode(smallPicture(), { name: 'kitten' });
  await owner.client.encode(puppy, { name: 'puppy' });
  await owner.client.share('client1-kitten', 2, 3);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');

  await owner.client.share('client1-puppy', 2, 5);
  await viewer.until(() => viewer.client.offers().length === 1);
  const [offer] = viewer.client.offers();
  const { bytes } = offer!;
  t.true(bytes > 8 * partBytes(bytes));
  await disk.fill(bytes / 2);
  await viewer.client.accept(offer!.id);
  await viewer.until(() => viewer.news.some((news) => news.kind === 'trouble' && /ENOSPC/.test(news.message)));
  const lengths = await pictures(viewer);
  const part = lengths.find((length) => length < bytes && length % partBytes(bytes) === 0);
  t.true(part !== undefined && part > 0, `files of ${lengths} bytes; the picture has ${bytes}`);
  t.deepEqual(
    viewer.client.peerImages().map(({ imageId, remaining }) => [imageId, remaining]),
    [['client1-kitten', 3]],
  );

  const before = viewer.news.length;
  await disk.empty();
  await viewer.client.signIn(); // asks again for what has not come; without it a minute later
  await viewer.until(() => viewer.client.peerImages().length === 2);
  const resumed = viewer.news.slice(before).find((news) => news.kind === 'imageArriving' && news.resumedFrom > 0);
  t.true(resumed?.kind === 'imageArriving' && resumed.resumedFrom >= part!, 'only what was missing came');
  t.deepEqual(Buffer.from((await viewer.client.view('client1-puppy')).bytes), Buffer.from(puppy));
  t.like(await viewer.client.view('client1-kitten'), { shown: 'picture', remaining: 2 });
  await viewer.client.close();
  await viewer.open();
  t.deepEqual(
    viewer.client.peerImages().map(({ remaining }) => remaining),
    [2, 4],
  );
  t.is((await pictures(viewer)).length, 2);
});

async function pictures({ folder }: Person): Promise<readonly number[]> {
  const path = join(folder, 'pictures');
  return Promise.all((await readdir(path)).map(async (name) => (await stat(join(path, name))).size));
}
