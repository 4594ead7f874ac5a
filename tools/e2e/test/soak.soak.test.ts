import { Random } from '@p2pimg/netsim';
import test, { type ExecutionContext } from 'ava';
import { eventually, Faults, type Footprint, footprint, readDirectory, seedOf } from '../src/index.ts';
import { Books } from './support/soak/books.ts';
import { Mortal } from './support/soak/mortal.ts';
import { Neighbour } from './support/soak/neighbour.ts';
import { logWarnings, openWorld, type World } from './support/world.ts';

const SECONDS = Number(process.env.P2PIMG_SOAK_SECONDS ?? 35);
const NEIGHBOURS = 4;
/** The server that is never killed, so that what it holds can be watched; it plays dead and stands still like the others. */
const WATCHED = 's1';
/** Of a server that runs from source; about 240 MB of it are there before the first request. */
const MOST_MEMORY_MB = 400;
const MOST_GROWTH_MB = 100;
const MOST_NEW_HANDLES = 24;

test('S6 E6 E7 D5 M4 N1 N10 everything at once for a while: no failure, no view gained, nothing twice, nothing kept', async (t) => {
  t.timeout((SECONDS + 240) * 1_000);
  const seed = seedOf();
  t.log(`P2PIMG_SEED=${seed}, ${SECONDS} s`);
  const random = new Random(seed);
  await using world = await openWorld({
    settings: { failureToken: { enabled: true, downMs: 1_000, intervalMs: 2_000 } },
  });
  t.teardown(() => logWarnings(t, world));
  const { cloud } = world;
  const books = new Books();
  const neighbours: Neighbour[] = [];
  const ids = (): number[] => neighbours.map(({ person }) => person.id);
  for (let i = 1; i <= NEIGHBOURS; i++) {
    neighbours.push(new Neighbour(await world.somebody(`neighbour ${i}`), random.fork(), books, ids));
  }
  const offered = () =>
    neighbours.flatMap(({ person }) =>
      person.client
        .ownImages()
        .filter(({ state }) => state === 'published')
        .map(({ imageId }) => ({ ownerId: person.id, imageId })),
    );
  const mortal = await Mortal.open({ options: world.options('mortal'), random: random.fork(), books, offered });
  t.teardown(() => mortal.close());

  const faults = new Faults({ cloud, random: random.fork(), mostAway: 1, spared: [WATCHED] });
  const strikes = random.fork();
  const watched = cloud.server(WATCHED);
  const until = performance.now() + SECONDS * 1_000;
  const whileItLasts = async (act: () => Promise<void>): Promise<void> => {
    while (performance.now() < until) await act();
  };
  let warm: Footprint | undefined;
  let warmHere = 0;
  await Promise.all([
    ...neighbours.map((neighbour) => whileItLasts(() => neighbour.act())),
    whileItLasts(() => mortal.act()),
    whileItLasts(async () => {
      await pause(strikes.between(500, 3_000));
      await faults.strike();
    }),
    (async () => {
      await pause((SECONDS * 1_000) / 3);
      warm = await footprint(watched.pid);
      warmHere = process.getActiveResourcesInfo().length;
    })(),
  ]);
  await faults.over();
  const count = [...books.actions].map(([kind, n]) => `${n} ${kind}`);
  t.log(`${count.join(', ')}; ${faults.strikes.length} strikes, ${mortal.deaths} deaths of a client`);
  t.log(`longest in ms: ${[...books.longest].map(([kind, ms]) => `${ms} ${kind}`).join(', ')}`);
  t.log(`refused: ${[...books.refusals].map(([kind, n]) => `${n} ${kind}`).join(', ')}`);

  const settling = performance.now();
  await settle(neighbours);
  t.log(`${Math.round(performance.now() - settling)} ms until nothing was under way`);
  t.deepEqual(books.failures, []);
  t.deepEqual(books.gained(), []);
  await sameEverywhere(t, world, neighbours, mortal);
  await countedOnce(t, world, neighbours, mortal, books);
  await nothingIsKept(t, world);
  const last = await footprint(watched.pid);
  t.log(
    `${WATCHED}: ${JSON.stringify(warm)} → ${JSON.stringify(last)}; here ${warmHere} handles → ${process.getActiveResourcesInfo().length}`,
  );
  t.true(last.memoryMb < MOST_MEMORY_MB);
  t.true(last.memoryMb - warm!.memoryMb < MOST_GROWTH_MB);
  t.true(last.handles - warm!.handles < MOST_NEW_HANDLES);
  t.true(process.getActiveResourcesInfo().length - warmHere < MOST_NEW_HANDLES);
});

/** All questions are answered, and everything that had to reach somebody has. */
async function settle(neighbours: readonly Neighbour[]): Promise<void> {
  await eventually('all outboxes are empty', async () => {
    for (const neighbour of neighbours) {
      await neighbour.answerAll();
      // What waits for somebody who was away is tried again at once.
      if (neighbour.person.client.waiting > 0) await neighbour.person.client.signIn();
    }
    await pause(200);
    return neighbours.every(({ person: { client } }) => client.waiting === 0);
  });
  // Rights that could not be told directly wait in the directory for the next sign-in.
  for (const { person } of neighbours) await person.client.signIn();
}

/** Owners, viewers and lists tell the same. */
async function sameEverywhere(
  t: ExecutionContext,
  { cloud }: World,
  neighbours: readonly Neighbour[],
  mortal: Mortal,
): Promise<void> {
  const owned = new Map<number, readonly string[]>();
  for (const { person } of neighbours) {
    const published = person.client.ownImages().filter(({ state }) => state === 'published');
    owned.set(person.id, published.map(({ imageId }) => imageId).sort());
  }
  const { images } = await readDirectory(cloud.directoryUrl, [...owned.keys()]);
  t.deepEqual(images, owned);

  const ofMortal = await mortal.remaining();
  for (const { person: owner } of neighbours) {
    for (const { imageId, viewerId, remaining, revoked } of owner.client.sharedRights()) {
      const viewer = neighbours.find(({ person }) => person.id === viewerId)?.person;
      const held = viewer?.client.peerImages().find((image) => image.imageId === imageId)?.remaining;
      if (held !== undefined) t.is(held, revoked ? 0 : remaining, `${imageId} of ${viewerId}`);
      // Whoever dies between a release and the receipt has spent a view that the owner does not hear of.
      else if (viewerId === mortal.id) t.true((ofMortal.get(imageId) ?? 0) <= remaining, `${imageId} of the mortal`);
    }
  }
}

/** Rows in the directory, one for each effect. */
async function countedOnce(
  t: ExecutionContext,
  { cloud }: World,
  neighbours: readonly Neighbour[],
  mortal: Mortal,
  books: Books,
): Promise<void> {
  const { rows } = await readDirectory(cloud.directoryUrl, []);
  t.is(rows.clients, neighbours.length + 1);
  t.is(
    rows.images,
    neighbours.reduce((sum, { person }) => sum + person.client.ownImages().length, 0),
  );
  const seen = books.seenBy(neighbours.map(({ person }) => person.id));
  const seenByMortal = books.seenBy([mortal.id]);
  t.log(`${rows.releases} views released; seen: ${seen}, and ${seenByMortal} by the mortal`);
  t.true(rows.releases >= seen + seenByMortal);
  t.true(rows.releases <= seen + seenByMortal + mortal.deaths, 'at most one view is lost by a death');
}

/** Servers forget what is over. */
async function nothingIsKept(t: ExecutionContext, { cloud }: World): Promise<void> {
  for (const server of cloud.servers) {
    const status = await eventually(`${server.id} has nothing to do`, async () => {
      const now = await server.status();
      return now?.unanswered === 0 && now.working === 0 && now.workersBusy === 0 && now.workersWaiting === 0 && now;
    });
    t.true(status.remembered < 20_000, `${server.id} remembers ${status.remembered} requests`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
