import { setTimeout as pause } from 'node:timers/promises';
import { migrate } from '@p2pimg/directory';
import { Random } from '@p2pimg/netsim';
import { startDatabase } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import {
  eventually,
  Faults,
  type Footprint,
  footprint,
  loseDatagrams,
  lossyEnvironment,
  readDirectory,
  seedOf,
  strikeDatabase,
} from '../src/index.ts';
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
/** Of what each socket is handed; a piece may be a whole burst. */
const LOSS = 0.02;
const LOOKS = 10;

test('S6 E6 E7 D5 D7 T2 M4 N1 N10 everything at once for a while: no failure, no view gained, nothing twice, nothing kept', async (t) => {
  t.timeout((SECONDS + 240) * 1_000);
  const seed = seedOf();
  t.log(`P2PIMG_SEED=${seed}, ${SECONDS} s`);
  const random = new Random(seed);
  const loss = loseDatagrams(LOSS, seed);
  t.teardown(loss.end);
  await using database = await startDatabase();
  await migrate(database.url);
  await using world = await openWorld({
    directoryUrl: database.url,
    environment: (server) => lossyEnvironment(LOSS, seed + Number(server.slice(1))),
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
  const strikesOfDatabase = random.fork();
  const databaseStrikes: string[] = [];
  const watched = cloud.server(WATCHED);
  let until = performance.now() + SECONDS * 1_000;
  const whileItLasts = async (act: () => Promise<void>): Promise<void> => {
    try {
      while (performance.now() < until) await act();
    } catch (error) {
      until = 0; // the others need not go on for half an hour
      throw error;
    }
  };
  const held: Footprint[] = [];
  const handlesHere: number[] = [];
  await Promise.all([
    ...neighbours.map((neighbour) => whileItLasts(() => neighbour.act())),
    whileItLasts(() => mortal.act()),
    whileItLasts(async () => {
      await pause(strikes.between(500, 3_000));
      await faults.strike();
    }),
    whileItLasts(async () => {
      await pause(strikesOfDatabase.between(5_000, 15_000));
      if (database.server !== undefined) databaseStrikes.push(await strikeDatabase(database.server, strikesOfDatabase));
    }),
    (async () => {
      for (let look = 1; look < LOOKS && performance.now() < until; look++) {
        await pause((SECONDS * 1_000) / LOOKS);
        held.push(await footprint(watched.pid));
        handlesHere.push(process.getActiveResourcesInfo().length);
      }
    })(),
  ]);
  await faults.over();
  const count = [...books.actions].map(([kind, n]) => `${n} ${kind}`);
  t.log(
    `${count.join(', ')}; ${faults.strikes.length} strikes at servers, ${databaseStrikes.length} at the directory, ${mortal.deaths} deaths of a client, ${loss.lost()} losses at one end`,
  );
  t.log(`longest in ms: ${[...books.longest].map(([kind, ms]) => `${ms} ${kind}`).join(', ')}`);
  t.log(`refused: ${[...books.refusals].map(([kind, n]) => `${n} ${kind}`).join(', ')}`);

  t.true(loss.lost() > 0);

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
    `memory of ${WATCHED} in MB, over time: ${held.map(({ memoryMb }) => memoryMb).join(' ')}, at the end ${last.memoryMb}`,
  );
  t.log(`its open files and sockets: ${held.map(({ handles }) => handles).join(' ')}, at the end ${last.handles}`);
  t.log(`handles of the people: ${handlesHere.join(' ')}, at the end ${process.getActiveResourcesInfo().length}`);
  const warm = Math.floor(LOOKS / 3) - 1;
  t.true(last.memoryMb < MOST_MEMORY_MB);
  t.true(last.memoryMb - held[warm]!.memoryMb < MOST_GROWTH_MB);
  t.true(last.handles - held[warm]!.handles < MOST_NEW_HANDLES);
  t.true(process.getActiveResourcesInfo().length - handlesHere[warm]! < MOST_NEW_HANDLES);
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
