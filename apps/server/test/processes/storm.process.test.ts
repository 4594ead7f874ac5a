import { randomInt } from 'node:crypto';
import process from 'node:process';
import test from 'ava';
import { encodeAndCompare } from '../support/encoding.ts';
import { insist } from '../support/insist.ts';
import { startCloud, type TestCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

const ROUNDS = process.env.P2PIMG_LONG === '1' ? 15 : 3;
const AT_ONCE = 4;

/** One server after the other is killed, frozen or stopped, and is back before the next. */
async function storm(cloud: TestCloud): Promise<readonly string[]> {
  const told: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const victim = randomInt(cloud.servers.length);
    const kind = (['SIGKILL', 'SIGSTOP', 'SIGTERM'] as const)[round % 3] ?? 'SIGKILL';
    told.push(`${kind} s${victim + 1}`);
    if (kind === 'SIGSTOP') await freeze(cloud, victim);
    else await restart(cloud, victim, kind);
  }
  return told;
}

async function restart(cloud: TestCloud, victim: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const server = cloud.servers[victim];
  server?.signal(signal);
  await server?.exited;
  const again = await cloud.start(victim);
  await again.line(/has joined the group/, { timeoutMs: 60_000 });
}

async function freeze(cloud: TestCloud, victim: number): Promise<void> {
  const server = cloud.servers[victim];
  const witness = cloud.servers[(victim + 1) % cloud.servers.length];
  if (server === undefined || witness === undefined) throw new Error('no server');
  // Only a death of somebody who was known to live is told.
  await seenAlive(cloud, (victim + 1) % cloud.servers.length, `s${victim + 1}`);
  const [own, seen] = [server.lineCount, witness.lineCount];
  server.signal('SIGSTOP');
  await witness.line(new RegExp(`server s${victim + 1} is dead`), { after: seen, timeoutMs: 60_000 });
  server.signal('SIGCONT');
  await server.line('has joined the group', { after: own });
}

async function seenAlive(cloud: TestCloud, witness: number, id: string): Promise<void> {
  for (;;) {
    const { group } = (await cloud.status(witness)) as unknown as {
      readonly group: { readonly members: readonly { readonly id: string; readonly state: string }[] };
    };
    if (group.members.some((member) => member.id === id && member.state === 'alive')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** All pages. */
async function allImages(client: RawClient, clientId: number): Promise<readonly string[]> {
  const images: string[] = [];
  for (let more = true; more; ) {
    const after = images.at(-1);
    const page = { clientId, limit: 50, ...(after === undefined ? {} : { afterImageId: after }) };
    const listed = await insist(client, 'list_images', page);
    if (listed.type !== 'list_images' || listed.status !== 'success') throw new Error(JSON.stringify(listed));
    images.push(...listed.body.images);
    more = listed.body.more;
  }
  return images.sort();
}

test.serial(
  'S6 E5 E7 D5 servers are killed, frozen and stopped under load, and the client sees no failure',
  async (t) => {
    t.timeout(240_000);
    await using cloud = await startCloud(3);
    await using client = await RawClient.open(cloud.cloud.manifestPath);
    const clientId = await client.register();

    let over = false;
    const weather = storm(cloud).finally(() => {
      over = true;
    });
    const names: string[] = [];
    const owner = async (): Promise<void> => {
      while (!over) {
        const imageId = `client${clientId}-picture ${names.length}`;
        names.push(imageId);
        const digest = await encodeAndCompare(client, imageId, 20_000);
        const published = await insist(client, 'publish', { images: [{ imageId, digest }] });
        t.is(published.status, 'success', JSON.stringify(published));
        // A request after an answer sees its effect, whichever server handles it.
        const removed = await insist(client, 'unpublish', { imageId });
        t.is(removed.status, 'success', JSON.stringify(removed));
        const again = await insist(client, 'publish', { images: [{ imageId, digest }] });
        t.is(again.status, 'success', JSON.stringify(again));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, owner));
    t.log(`${names.length} pictures; ${(await weather).join(', ')}`);
    t.deepEqual(await allImages(client, clientId), [...names].sort());
  },
);
