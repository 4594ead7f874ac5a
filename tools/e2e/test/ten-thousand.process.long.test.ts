import process from 'node:process';
import { Random } from '@p2pimg/netsim';
import test from 'ava';
import { eventually, Faults, type Person, randomPicture, readDirectory, runLoad, seedOf } from '../src/index.ts';
import { give, openWorld } from './support/world.ts';

/** Requests to the cloud: an encode is two of them, itself and its publication. */
const REQUESTS = Number(process.env.P2PIMG_STORM_REQUESTS ?? 10_000);
const REQUESTS_IN_FIVE_CALLS = 7;
const CALLS: number = Math.ceil((REQUESTS / REQUESTS_IN_FIVE_CALLS) * 5);
/** Calls between two strikes, at most. */
const PAUSE_CALLS = 250;
const IN_FLIGHT = 20;
const PICTURE_BYTES = 10_240;
/** Views granted at first: more than are looked at. */
const VIEWS = 60_000;

test(`S6 E5 N1 N5 P2 ${REQUESTS} requests while servers are killed, stopped and frozen at random points: none lost, none doubled`, async (t) => {
  t.timeout(1_500_000);
  await using world = await openWorld();
  const { cloud } = world;
  const seed = seedOf();
  t.log(`P2PIMG_SEED=${seed}`);
  const random = new Random(seed);
  const owners = [await world.somebody('first'), await world.somebody('second')] as const;
  const viewer = await world.somebody('viewer');
  const held = [await give(owners[0], viewer, VIEWS), await give(owners[1], viewer, VIEWS)] as const;
  const before = await readDirectory(cloud.directoryUrl, []);

  const faults = new Faults({ cloud, random: random.fork() });
  const pauses = random.fork();
  const pictures = random.fork();
  const published = new Map(owners.map((owner, i) => [owner.id, [held[i]!]]));
  const views = [0, 0];
  const raised = [0, 0];
  let done = 0;
  let over = false;
  const striking = (async (): Promise<void> => {
    while (!over) {
      const at = done + pauses.below(PAUSE_CALLS);
      await eventually(`${at} calls are done`, async () => over || done >= at);
      if (!over) await faults.strike();
    }
    await faults.over();
  })();

  const call = async (index: number): Promise<void> => {
    const which = index % 2;
    const owner = owners[which]!;
    switch (index % 5) {
      case 0:
        await owner.client.signIn();
        return;
      case 1: {
        const shown = await viewer.client.view(held[which]!);
        if (shown.shown !== 'picture') throw new Error(`the default picture is shown: ${shown.reason}`);
        views[which]! += 1;
        return;
      }
      case 2:
        await owner.client.changeRights(held[which]!, viewer.id, { kind: 'add', views: 1 });
        raised[which]! += 1;
        return;
      default: {
        const picture = randomPicture(pictures, PICTURE_BYTES);
        const { imageId } = await owner.client.encode(picture, { name: `load ${index}` });
        published.get(owner.id)?.push(imageId);
      }
    }
  };
  const { failures } = await runLoad(
    {
      inFlight: IN_FLIGHT,
      more: (begun, ended) => {
        done = ended;
        return begun < CALLS;
      },
    },
    call,
  );
  over = true;
  await striking;
  t.log(`${CALLS} calls, ${faults.strikes.length} strikes: ${tallied(faults.strikes.map(({ kind }) => kind))}`);
  t.deepEqual(
    failures.map(({ index, error }) => `${index}: ${error}`),
    [],
  );

  await cloud.agreed();
  const after = await readDirectory(cloud.directoryUrl, [...published.keys()]);
  for (const [owner, images] of published) t.deepEqual(after.images.get(owner), images.toSorted());
  t.is(after.rows.clients, before.rows.clients);
  t.is(after.rows.images - before.rows.images, CALLS - 3 * Math.ceil(CALLS / 5), 'each picture is published once');
  t.is(after.rows.releases - before.rows.releases, views[0]! + views[1]!, 'each view is released once');
  for (const which of [0, 1] as const) {
    const shared = owners[which].client.sharedRights().find(({ imageId }) => imageId === held[which]);
    t.is((shared?.remaining ?? 0) + (shared?.used ?? 0), VIEWS + raised[which]!, 'each change of rights is made once');
    await arrived(viewer, held[which], VIEWS + raised[which]! - views[which]!);
  }
});

/** The viewer has all changes and has spent each of its views once. */
async function arrived(viewer: Person, imageId: string, remaining: number): Promise<void> {
  const left = (): number | undefined =>
    viewer.client.peerImages().find((image) => image.imageId === imageId)?.remaining;
  await eventually(`${imageId} has ${remaining} views left`, async () => {
    await viewer.client.signIn();
    return left() === remaining;
  });
}

function tallied(kinds: readonly string[]): string {
  const counts = Map.groupBy(kinds, (kind) => kind);
  return [...counts].map(([kind, all]) => `${all.length} ${kind}`).join(', ');
}
