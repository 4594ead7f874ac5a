import { writeFile } from 'node:fs/promises';
import { Random } from '@p2pimg/netsim';
import test from 'ava';
import type { RemotePerson } from '../src/index.ts';
import { eventually, openRemotePerson, Relay, randomPicture, seedOf } from '../src/index.ts';
import { openWorld } from './support/world.ts';

const PICTURE_BYTES = 5_000_000;
const MOST_AGAIN = 0.6;

type Who = 'owner' | 'viewer';

/** How much of a picture the viewer has been told to have got, and of how much. */
function progress(
  viewer: RemotePerson,
  imageId: string,
): { readonly done: number; readonly bytes: number } | undefined {
  const told = viewer.process
    .lines()
    .findLast(({ text }) => text.includes('"imageArriving"') && text.includes(imageId));
  return told === undefined ? undefined : JSON.parse(told.text).news;
}

test('T1 M3 N5: 5 MB arrive at 5 % loss and 40 ms; after either side is killed at half way, at most 60 % of the bytes are sent again', async (t) => {
  t.timeout(600_000);
  const seed = seedOf();
  t.log(`P2PIMG_SEED=${seed}`);
  const random = new Random(seed);
  await using relay = await Relay.open({ random: random.fork(), loss: 0.05, delayMs: 20 });
  await using world = await openWorld({ servers: 1 });
  const picture = world.dir.at('picture.png');
  await writeFile(picture, randomPicture(random, PICTURE_BYTES));
  const options = {
    owner: { ...world.options('owner'), advertise: relay.host },
    viewer: { ...world.options('viewer'), advertise: relay.host },
  };
  const open = (who: Who): Promise<RemotePerson> => openRemotePerson(options[who], relay.environment(who));
  const people = { owner: await open('owner'), viewer: await open('viewer') };
  t.teardown(() => Promise.all([people.owner.kill(), people.viewer.kill()]));
  const { clientId: ownerId } = await people.owner.call('register');
  await people.owner.call('signIn');
  await people.viewer.call('register');
  await people.viewer.call('signIn');

  /** Has a picture sent; the bytes that the owner has sent since it was approved, or since `victim` was killed at half way. */
  const send = async (name: string, victim?: Who): Promise<number> => {
    const { imageId } = await people.owner.call('encode', picture, { name });
    await people.viewer.call('requestImage', ownerId, imageId, 3);
    const request = await eventually('the request is there', async () => (await people.owner.call('requests'))[0]);
    let sent = relay.bytesFrom('owner');
    const approving = people.owner.call('approve', request.id).catch((error: unknown) => {
      if (victim !== 'owner') throw error; // it died of this
    });
    if (victim !== undefined) {
      await eventually('half of it is there', async () => {
        const now = progress(people.viewer, imageId);
        return now !== undefined && now.done >= now.bytes / 2;
      });
      await people[victim].kill();
      sent = relay.bytesFrom('owner');
      people[victim] = await open(victim);
      await people[victim].call('signIn');
    }
    await eventually('the picture is there', async () =>
      (await people.viewer.call('peerImages')).some((held) => held.imageId === imageId),
    );
    await approving;
    t.is((await people.viewer.call('view', imageId)).shown, 'picture');
    return relay.bytesFrom('owner') - sent;
  };

  const whole = await send('whole');
  t.log(`${whole} bytes for a picture of ${PICTURE_BYTES}`);
  for (const victim of ['viewer', 'owner'] as const) {
    const again = await send(`${victim} killed`, victim);
    t.log(`${victim} killed: ${again} bytes after it, ${((100 * again) / whole).toFixed(1)} %`);
    t.true(again <= MOST_AGAIN * whole, `${victim} killed: ${again} of ${whole} bytes`);
    t.true(again > 0.1 * whole, 'it was killed before the end');
  }
});
