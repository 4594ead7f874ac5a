import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { Random } from '@p2pimg/netsim';
import { type TempDir, tempDir } from '@p2pimg/testkit';
import type { ExecutionContext } from 'ava';
import { randomPicture, Trap } from '../../../src/index.ts';
import { openWorld, type World } from '../world.ts';
import { CHANGES, GIVEN, Tale } from './tale.ts';
import { UndyingPerson, UndyingServer, type Victim } from './undying.ts';

interface Parts {
  readonly dir: TempDir;
  readonly world: World;
  readonly server: UndyingServer;
  readonly owner: UndyingPerson;
  readonly viewer: UndyingPerson;
}

export type Role = 'owner' | 'viewer' | 'server';

/** A cloud of one server, an owner and a viewer, whose tales follow each other, each about a picture of its own. */
export class Lane implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #picture: string;
  #pictures = 0;

  private constructor(parts: Parts, picture: string) {
    this.#parts = parts;
    this.#picture = picture;
  }

  static async open(): Promise<Lane> {
    const dir = await tempDir();
    const trap = new Trap(dir.at('server.trap'));
    const world = await openWorld({ servers: 1, environment: () => trap.environment });
    const picture = world.dir.at('picture.png');
    await writeFile(picture, randomPicture(new Random(1), 3_000));
    const server = new UndyingServer(world.cloud.servers[0]!, trap);
    const owner = await UndyingPerson.open(world.options('owner'));
    const viewer = await UndyingPerson.open(world.options('viewer'));
    return new Lane({ dir, world, server, owner, viewer }, picture);
  }

  /** Tells a tale in which `who` dies right before its n-th effect, and checks how it ends. Returns whether it died. */
  async tell(t: ExecutionContext, who: Role, n: number): Promise<boolean> {
    const { owner, viewer } = this.#parts;
    const victim: Victim = this.#parts[who];
    const { imageId } = await owner.remote.call('encode', this.#picture, { name: `picture ${++this.#pictures}` });
    const { deaths } = victim;
    await victim.arm(n);
    const { shown, left } = await new Tale(owner, viewer, imageId).tell();
    const effects = await victim.disarm();
    const died = victim.deaths > deaths;
    const at = `${who} killed before effect ${n} (${imageId})`;
    if (!died) t.log(`${effects} effects of the ${who} in a tale`);
    const lost = who === 'viewer' && died ? 1 : 0;
    t.is(left.viewer, 0, at);
    // Of a view that dies between its release and the receipt the owner does not hear.
    t.true(left.owner <= lost, `${at}: ${left.owner} views left, says the owner`);
    t.true(shown <= GIVEN && shown >= GIVEN - lost, `${at}: ${shown} views shown`);
    t.deepEqual(this.#row(imageId), { version: CHANGES, allowed: GIVEN, used: GIVEN, released: GIVEN }, at);
    return died;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dir, world, server, owner, viewer } = this.#parts;
    server.close();
    await Promise.all([owner.close(), viewer.close()]);
    await world[Symbol.asyncDispose]();
    await dir.remove();
  }

  /** What the directory says of a picture's rights. */
  #row(imageId: string): unknown {
    const path = this.#parts.world.cloud.directoryUrl.replace('sqlite://', '');
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const sql = 'select version, allowed, used, released from access_rights where image_id = ?';
      return { ...database.prepare(sql).get(imageId) };
    } finally {
      database.close();
    }
  }
}

/** Tales one after the other, with a death before each of these effects. */
export async function killAt(t: ExecutionContext, deaths: readonly (readonly [who: Role, n: number])[]): Promise<void> {
  await using lane = await Lane.open();
  for (const [who, n] of deaths) t.true(await lane.tell(t, who, n), `${who} has ${n} effects`);
}

/** Tales in several lanes at a time, with a death before effect 1, 2, 3 … until one ends without. Returns how many were told. */
export async function killAtEach(t: ExecutionContext, who: Role, lanes: number): Promise<number> {
  let last = 0;
  let isOver = false;
  const lane = async (): Promise<void> => {
    await using own = await Lane.open();
    while (!isOver) if (!(await own.tell(t, who, ++last))) isOver = true;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return last;
}
