import { fileURLToPath } from 'node:url';
import { type TempDir, tempDir } from '@p2pimg/testkit';
import type { ExecutionContext } from 'ava';
import {
  type Cloud,
  type CloudOptions,
  openPerson,
  type Person,
  type PersonOptions,
  startCloud,
} from '../../src/index.ts';

/** A photograph of 30 kB. */
export const PUPPY: string = fileURLToPath(new URL('../../../demo/assets/puppy.jpg', import.meta.url));

/** A peer that is gone is known to be gone soon; a cloud on a machine with much else to do is given time. */
const TIMERS = { peerAckMs: 1_000, outboxMs: 300, requestMs: 60_000 };

/** A cloud, and people with profiles in one folder. */
export interface World extends AsyncDisposable {
  readonly dir: TempDir;
  readonly cloud: Cloud;
  /** What a person of that name opens a client with. */
  options(name: string): PersonOptions;
  /** Somebody new, registered and signed in. */
  somebody(name: string): Promise<Person>;
}

export async function openWorld(options: Omit<CloudOptions, 'folder'> = {}): Promise<World> {
  const dir = await tempDir();
  const cloud = await startCloud({ ...options, folder: dir.at('cloud') });
  const people: Person[] = [];
  let count = 0;
  const world: World = {
    dir,
    cloud,
    options: (name) => ({
      name,
      profile: dir.at('people', `${++count}-${name}`),
      manifestPath: cloud.manifestPath,
      timers: TIMERS,
    }),
    somebody: async (name) => {
      const person = await openPerson(world.options(name));
      people.push(person);
      await person.client.register();
      await person.client.signIn();
      return person;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(people.map((person) => person.leave()));
      await cloud.close();
      await dir.remove();
    },
  };
  return world;
}

/** Asks, approves and receives: what most stories begin with. Returns the image id. */
export async function give(owner: Person, viewer: Person, views: number): Promise<string> {
  const { imageId } = await owner.client.encode(PUPPY);
  await viewer.client.requestImage(owner.id, imageId, views);
  await owner.client.approve((await owner.next('requestArrived')).id);
  await viewer.next('imageArrived');
  return imageId;
}

/** Views left, as the viewer's list of received images says. */
export function remaining(viewer: Person, imageId: string): number | undefined {
  return viewer.client.peerImages().find((image) => image.imageId === imageId)?.remaining;
}

const WARN = 40;

/** What the servers said that was a warning or worse, in the report of a test that fails. */
export function logWarnings(t: ExecutionContext<unknown>, { cloud }: World): void {
  if (t.passed) return;
  const lines = cloud.log().filter(({ level }) => level >= WARN);
  for (const { time, server, msg } of lines.slice(-60)) t.log(`${new Date(time).toISOString()} ${server} ${msg}`);
}
