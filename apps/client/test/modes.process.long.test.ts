import test from 'ava';
import { localCloud, Person, PUPPY, until } from './support/cloud.ts';

interface Held {
  readonly imageId: string;
  readonly remaining: number;
  readonly mode: string;
  readonly heldInAdvance: number;
}

test('M4 U5 G2: without the cloud a viewer sees what was held in advance and no more; on trust, all that was given', async (t) => {
  t.timeout(300_000);
  const cloud = await localCloud(t);
  const [owner, viewer] = [new Person(cloud, 'owner'), new Person(cloud, 'viewer')];
  await owner.say('register');
  await viewer.say('register');
  await owner.daemon(t);
  await viewer.daemon(t);
  for (const name of ['cat', 'dog', 'owl']) await owner.say('encode', PUPPY, '--name', name);
  const shares = [
    ['cat', '--views', '4', '--offline', '3', '--hours', '1'],
    ['dog', '--views', '2', '--trusting'],
    ['owl', '--views', '2'],
  ] as const;
  for (const [name, ...options] of shares) {
    t.is((await owner.say('share', `client1-${name}`, '2', ...options)).code, 0, name);
    const offer = await until(async () => ((await viewer.say('offers')).json.offers as { id: string }[])[0]);
    await viewer.say('offers', 'accept', offer.id);
  }
  const held = async () => (await viewer.say('images')).json.held as readonly Held[];
  const all = await until(async () => {
    const now = await held();
    return now.length === 3 ? now : undefined;
  });
  t.deepEqual(all.map(({ imageId, remaining, mode }) => [imageId, remaining, mode]).sort(), [
    ['client1-cat', 4, 'offline'],
    ['client1-dog', 2, 'trusting'],
    ['client1-owl', 2, 'witnessed'],
  ]);
  t.deepEqual(
    ((await owner.say('rights')).json.rights as Held[]).map(({ imageId, mode }) => [imageId, mode]).sort(),
    all.map(({ imageId, mode }) => [imageId, mode]).sort(),
  );

  const view = (name: string) => viewer.say('view', `client1-${name}`, '--terminal');
  t.like(await view('cat'), { code: 0, json: { remaining: 3 } }, 'the first view gets three from the cloud');
  t.deepEqual(
    (await held()).map(({ heldInAdvance }) => heldInAdvance),
    [2, 0, 0],
  );

  for (const server of cloud.servers.values()) await server.stop();
  t.like(await view('owl'), { code: 7 }, 'each view of it needs the cloud');
  for (const remaining of [2, 1]) t.like(await view('cat'), { code: 0, json: { shown: 'picture', remaining } });
  t.like(await view('cat'), { code: 7 }, 'the third is not held in advance');
  for (const remaining of [1, 0]) t.like(await view('dog'), { code: 0, json: { shown: 'picture', remaining } });
  t.like(await view('dog'), { code: 3, json: { shown: 'default', reason: 'none_left' } });
  t.deepEqual(
    (await held()).map(({ imageId, remaining }) => [imageId, remaining]).sort(),
    [
      ['client1-cat', 1],
      ['client1-dog', 0],
      ['client1-owl', 2],
    ],
    'what was refused cost nothing',
  );
});
