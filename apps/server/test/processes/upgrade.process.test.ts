import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import { MESSAGE_VERSIONS } from '@p2pimg/wire';
import test from 'ava';
import { encodeAndCompare } from '../support/encoding.ts';
import { insist } from '../support/insist.ts';
import { MAIN, startCloud, type TestCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

const NEXT_MAIN = fileURLToPath(new URL('../support/next-version.ts', import.meta.url));
const LONG = process.env.P2PIMG_LONG === '1';
const OLD = MESSAGE_VERSIONS.highest;
const NEW = OLD + 1;

interface Status {
  readonly messageVersions: {
    readonly lowest: number;
    readonly highest: number;
    readonly peers: Readonly<Record<string, number>>;
    readonly clients: Readonly<Record<string, number>>;
  };
  readonly counters: { readonly malformed: number };
}

const statusOf = async (cloud: TestCloud, index: number): Promise<Status> =>
  (await cloud.status(index)) as unknown as Status;

/** What each server has agreed on with each other one, once all have sessions: `s1 s2 1`, … */
async function agreed(cloud: TestCloud): Promise<readonly string[]> {
  for (;;) {
    const all = await Promise.all(cloud.servers.map((_, i) => statusOf(cloud, i)));
    const pairs = all.flatMap(({ messageVersions }, i) =>
      Object.entries(messageVersions.peers).map(([peer, version]) => `s${i + 1} ${peer} ${version}`),
    );
    if (pairs.length === all.length * (all.length - 1)) return pairs.sort();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Both speak the newer version, or the older one. */
function expected(count: number, upgraded: ReadonlySet<number>): readonly string[] {
  const pairs: string[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      if (a !== b) pairs.push(`s${a + 1} s${b + 1} ${upgraded.has(a) && upgraded.has(b) ? NEW : OLD}`);
    }
  }
  return pairs.sort();
}

async function replace(
  cloud: TestCloud,
  index: number,
  main?: string,
  environment?: Readonly<Record<string, string>>,
): Promise<void> {
  const server = cloud.servers[index];
  server?.signal('SIGTERM');
  await server?.exited;
  const again = await cloud.start(index, main, environment);
  await again.line(/has joined the group/, { timeoutMs: 60_000 });
}

test.serial(
  'S6 servers are upgraded one at a time under load and back again; clients of either version notice nothing',
  async (t) => {
    t.timeout(240_000);
    await using cloud = await startCloud(3);
    const { manifestPath } = cloud.cloud;
    await using older = await RawClient.open(manifestPath);
    await using newer = await RawClient.open(manifestPath, { lowest: MESSAGE_VERSIONS.lowest, highest: NEW });

    let over = false;
    let pictures = 0;
    const use = async (client: RawClient): Promise<void> => {
      const clientId = await client.register();
      for (let n = 0; !over; n++) {
        const imageId = `client${clientId}-picture ${n}`;
        const digest = await encodeAndCompare(client, imageId, 20_000);
        const published = await insist(client, 'publish', { images: [{ imageId, digest }] });
        t.is(published.status, 'success', JSON.stringify(published));
        const listed = await insist(client, 'list_images', { clientId, limit: 50 });
        t.is(listed.status, 'success', JSON.stringify(listed));
        pictures++;
      }
    };
    const work = Promise.all([older, newer].map(use));
    const upgrade = async (): Promise<void> => {
      const upgraded = new Set<number>();
      t.deepEqual(await agreed(cloud), expected(3, upgraded));
      for (const index of [0, 1, 2]) {
        await replace(cloud, index, NEXT_MAIN);
        upgraded.add(index);
        t.deepEqual(await agreed(cloud), expected(3, upgraded), `s1 to s${index + 1} are upgraded`);
      }
      await until(() => ['s1', 's2', 's3'].every((id) => newer.versionWith(id) === NEW));
      t.deepEqual(
        ['s1', 's2', 's3'].map((id) => older.versionWith(id)),
        [OLD, OLD, OLD],
      );
      t.deepEqual((await statusOf(cloud, 1)).messageVersions.clients, { [OLD]: 1, [NEW]: 1 });
      const ports = cloud.cloud.servers.map(({ statusPort }) => `127.0.0.1:${statusPort}`);
      const { stdout } = await runNode(MAIN, ['top', ...ports]);
      t.true(stdout.includes(`by version of messages  ${OLD}: 3, ${NEW}: 3`), stdout);

      // The newer program may be told to hold its version back.
      await replace(cloud, 0, NEXT_MAIN, { P2PIMG_SERVER_PROTOCOL_HIGHEST_VERSION: String(OLD) });
      t.is((await statusOf(cloud, 0)).messageVersions.highest, OLD);
      t.deepEqual(await agreed(cloud), expected(3, new Set([1, 2])));
      if (!LONG) return;
      // And the older one may come back.
      await replace(cloud, 1);
      t.deepEqual(await agreed(cloud), expected(3, new Set([2])));
    };
    await upgrade().finally(() => {
      over = true;
    });
    await work;
    t.log(`${pictures} pictures meanwhile`);
    for (const index of [0, 1, 2]) t.is((await statusOf(cloud, index)).counters.malformed, 0);
  },
);

test.serial('S6 a client that speaks newer versions only is turned away, and the server says why', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(1);
  await using _newer = await RawClient.open(cloud.cloud.manifestPath, { lowest: NEW, highest: NEW });
  const said = await cloud.servers[0]?.line('no common version of messages', { timeoutMs: 60_000 });
  t.regex(said ?? '', new RegExp(`127\\.0\\.0\\.1 speaks ${NEW} to ${NEW}, this server 1 to ${OLD}`));
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
