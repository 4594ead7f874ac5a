import { Random } from '@p2pimg/netsim';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import {
  eventually,
  Faults,
  type LoadResult,
  type Person,
  randomPicture,
  readDirectory,
  runLoad,
  seedOf,
} from '../src/index.ts';
import { claimsByMethod } from './support/claims.ts';
import { give, logWarnings, openWorld, type World } from './support/world.ts';

const test = anyTest as TestFn<World>;

test.before(async (t) => {
  t.timeout(120_000);
  t.context = await openWorld();
});

test.after.always((t) => t.context?.[Symbol.asyncDispose]());
test.afterEach.always((t) => logWarnings(t, t.context));

const PICTURE_BYTES = 10_240;
const IN_FLIGHT = 20;

test('S6 E5 E7 D5 N1 N5 P2 servers are killed, stopped and frozen at random: no client sees a failure, nothing happens twice', async (t) => {
  t.timeout(240_000);
  const { cloud } = t.context;
  const seed = seedOf();
  t.log(`P2PIMG_SEED=${seed}`);
  const random = new Random(seed);
  const before = await readDirectory(cloud.directoryUrl, []);
  const claimedBefore = claimsByMethod(cloud.directoryUrl);

  const owners = [await t.context.somebody('first'), await t.context.somebody('second')];
  const viewer = await t.context.somebody('viewer');
  const held = await Promise.all(owners.map((owner) => give(owner, viewer, 1_000)));
  const encoded = new Map(owners.map((owner, i) => [owner.id, [held[i]!]]));
  const counts = { signIns: 3, publications: owners.length, grants: owners.length, views: 0 };

  const faults = new Faults({ cloud, random: random.fork() });
  let done = 0;
  const striking = strikeAsWorkIsDone(faults, random.fork(), 8, () => done);
  let struck = false;
  void striking.finally(() => {
    struck = true;
  });
  const pictures = random.fork();
  const load = await runLoad(
    {
      inFlight: IN_FLIGHT,
      more: (begun, ended) => {
        done = ended;
        return begun < 240 || !struck; // strikes end by themselves: `eventually` gives up
      },
    },
    async (index) => {
      const owner = owners[index % owners.length]!;
      if (index % 5 === 0) {
        counts.signIns += 1;
        await owner.client.signIn();
      } else if (index % 5 === 1) {
        counts.views += 1;
        const shown = await viewer.client.view(held[index % held.length]!);
        if (shown.shown !== 'picture') throw new Error(`the default picture is shown: ${shown.reason}`);
      } else {
        counts.publications += 1;
        const { imageId } = await owner.client.encode(randomPicture(pictures, PICTURE_BYTES), {
          name: `load ${index}`,
        });
        encoded.get(owner.id)?.push(imageId);
      }
    },
  );
  await striking;
  await faults.over();
  const strikes = faults.strikes.map(({ kind, server }) => `${kind} ${server}`);
  t.log(`${load.done} requests; ${strikes.join(', ')}`);
  noFailures(t, load);
  t.true(faults.strikes.every(({ exitCode = 0 }) => exitCode === 0));

  const ids = owners.map(({ id }) => id);
  const { rows, images } = await readDirectory(cloud.directoryUrl, ids);
  for (const [id, list] of encoded) t.deepEqual(images.get(id), list.toSorted());
  t.is(rows.images - before.rows.images, counts.publications);
  t.is(rows.clients - before.rows.clients, 3);
  t.is(rows.releases - before.rows.releases, counts.views, 'each view is released once');
  const used = viewer.client.peerImages().reduce((sum, { remaining }) => sum + 1_000 - remaining, 0);
  t.is(used, counts.views);
  // Who lost the lease in a storm signs in again by itself.
  const extra = [...owners, viewer].reduce((sum, person) => sum + person.untaken('leaseLost').length, 0);
  const claimed = claimsByMethod(cloud.directoryUrl);
  const claims = (method: string): number => claimed(method) - claimedBefore(method);
  const signIns = claims('signIn');
  t.true(signIns >= counts.signIns && signIns <= counts.signIns + extra, `${signIns} sign-ins of ${counts.signIns}`);
  t.is(claims('register'), 3);
  t.is(claims('publishGrant'), counts.grants);
  t.is(claims('releaseView'), counts.views);
  // What wants to be published while a publication is under way shares the next request.
  const publications = claims('addResources');
  t.true(
    publications > 0 && publications <= counts.publications,
    `${publications} for ${counts.publications} pictures`,
  );

  await cloud.agreed();
  for (const { id } of cloud.servers) await alone(t, id, viewer, encoded);
});

test('S6 E7 D5 one server of three goes on; revived ones take over from it, with all that has happened', async (t) => {
  t.timeout(120_000);
  const { cloud } = t.context;
  const [last, ...others] = cloud.servers;
  const owner = await t.context.somebody('owner');
  await Promise.all(others.map((server) => server.kill()));
  const other = await t.context.somebody('somebody who comes now');
  const imageId = await give(owner, other, 2);
  t.like(await other.client.view(imageId), { shown: 'picture', remaining: 1 });

  await Promise.all(others.map((server) => server.restart()));
  await cloud.agreed();
  await last!.kill();
  await cloud.agreed(others.map(({ id }) => id));
  const listed = await other.client.activeUsers();
  t.deepEqual(listed.find(({ clientId }) => clientId === owner.id)?.images, [imageId]);
  t.like(await other.client.view(imageId), { shown: 'picture', remaining: 0 });
  t.like(await other.client.view(imageId), { shown: 'default', reason: 'none_left' });
  const { server } = await owner.client.encode(randomPicture(new Random(1), PICTURE_BYTES), { name: 'later' });
  t.true(
    others.some(({ id }) => id === server),
    server,
  );
  await last!.restart();
  await cloud.agreed();
});

test('S6 E7 servers are stopped and started one after the other, as for an upgrade, and clients notice nothing', async (t) => {
  t.timeout(120_000);
  const { cloud } = t.context;
  const owner = await t.context.somebody('owner');
  const random = new Random(2);
  const codes: (number | null)[] = [];
  let upgraded = false;
  const upgrading = (async () => {
    for (const server of cloud.servers) {
      codes.push((await server.terminate()).code);
      await server.restart();
    }
  })().finally(() => {
    upgraded = true;
  });
  const load = await runLoad({ inFlight: 4, more: () => !upgraded }, async (index) => {
    if (index % 4 === 0) await owner.client.signIn();
    else await owner.client.encode(randomPicture(random, PICTURE_BYTES), { name: `load ${index}` });
  });
  await upgrading;
  t.log(`${load.done} requests`);
  t.deepEqual(codes, [0, 0, 0]);
  noFailures(t, load);
  await cloud.agreed();
});

/** Strikes each time that a drawn number of requests has ended. */
async function strikeAsWorkIsDone(faults: Faults, random: Random, strikes: number, done: () => number): Promise<void> {
  let at = 10;
  for (let i = 0; i < strikes; i++) {
    await eventually(`${at} requests are done`, async () => done() >= at);
    await faults.strike();
    at = done() + random.below(30);
  }
}

function noFailures(t: ExecutionContext<World>, { failures }: LoadResult): void {
  t.deepEqual(
    failures.map(({ index, error }) => `${index}: ${error}`),
    [],
  );
}

/** While the others stand still, this server tells all that has happened. */
async function alone(
  t: ExecutionContext<World>,
  id: string,
  viewer: Person,
  encoded: ReadonlyMap<number, readonly string[]>,
): Promise<void> {
  const { cloud } = t.context;
  const others = cloud.servers.filter((server) => server.id !== id);
  for (const other of others) other.freeze();
  try {
    await cloud.agreed([id]);
    const users = await viewer.client.activeUsers();
    for (const [owner, images] of encoded) {
      t.deepEqual(users.find(({ clientId }) => clientId === owner)?.images, images.toSorted(), `as ${id} sees it`);
    }
  } finally {
    for (const other of others) other.thaw();
  }
  await cloud.agreed();
}
