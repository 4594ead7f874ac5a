import { migrate } from '@p2pimg/directory';
import { startDatabase } from '@p2pimg/testkit';
import test from 'ava';
import { readDirectory } from '../src/index.ts';
import { askAndReceive, dieBeforeTheAnswer, lookAtAll } from './support/stories.ts';
import { logWarnings, openWorld } from './support/world.ts';

test('D1 D7 U2 U3 U4 U5 U7 the main story, with MySQL as the directory', async (t) => {
  t.timeout(120_000);
  await using database = await startDatabase();
  await migrate(database.url);
  await using world = await openWorld({ directoryUrl: database.url });
  t.teardown(() => logWarnings(t, world));
  const [owner, viewer] = [await world.somebody('owner'), await world.somebody('viewer')];
  const imageId = await askAndReceive(t, owner, viewer, 3);
  await lookAtAll(t, viewer, imageId, 3);
  await dieBeforeTheAnswer(t, world);
  t.deepEqual((await viewer.client.signIn()).news, [], 'the rights came with the picture; now the directory knows');

  const { rows, images } = await readDirectory(database.url, [owner.id]);
  t.deepEqual(images.get(owner.id), [imageId]);
  t.like(rows, { clients: 4, images: 2, grants: 2, releases: 3, pendingGrants: 0 });
});
