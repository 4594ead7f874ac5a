import { copyFile, cp, readdir, rm } from 'node:fs/promises';
import { Random } from '@p2pimg/netsim';
import test, { type ExecutionContext } from 'ava';
import type { SharingMode } from '../../src/index.ts';
import { newFolder, type Person, people, smallPicture } from './people.ts';
import type { TinyCloud } from './tiny-cloud.ts';

const LONG = process.env.P2PIMG_LONG === '1';
const VIEWS = LONG ? 50 : 8;
const RESTORES = LONG ? 1_000 : 40;
const IN_ADVANCE = 3;

type Part = 'picture' | 'ledger' | 'home';

/** A viewer whose files are put back to earlier moments, and who looks at the one picture that it holds. */
class Restorer {
  readonly #viewer: Person;
  readonly #cloud: TinyCloud;
  readonly #imageId: string;
  readonly #past: string;
  #moments = 0;

  constructor(viewer: Person, cloud: TinyCloud, imageId: string, past: string) {
    this.#viewer = viewer;
    this.#cloud = cloud;
    this.#imageId = imageId;
    this.#past = past;
  }

  /** Keeps this moment; the client is closed. */
  async remember(): Promise<void> {
    await cp(this.#viewer.folder, `${this.#past}/${this.#moments++}`, { recursive: true });
  }

  /** Puts a part back to an earlier moment; the client is closed. */
  async restore(part: Part, random: Random): Promise<void> {
    const old = `${this.#past}/${random.below(this.#moments)}`;
    const { folder } = this.#viewer;
    if (part === 'home') {
      await rm(folder, { recursive: true });
      await cp(old, folder, { recursive: true });
    } else if (part === 'ledger') {
      await copyFile(`${old}/ledger`, `${folder}/ledger`);
    } else {
      for (const name of await readdir(`${old}/pictures`))
        await copyFile(`${old}/pictures/${name}`, `${folder}/pictures/${name}`);
    }
  }

  /** Opens the client, and looks once. @param killed it is ended once the cloud has counted the view, before it is shown */
  async look(killed: boolean): Promise<'picture' | 'killed' | string> {
    const { client } = this.#viewer;
    const { releases } = this.#cloud.directory;
    const looking = client.view(this.#imageId).catch((error: Error) => {
      if (killed && 'code' in error && error.code === 'closed') return undefined;
      throw error;
    });
    if (killed) {
      const isOver = looking.then(() => true);
      while (this.#cloud.directory.releases === releases)
        if (await Promise.race([isOver, new Promise<false>((resolve) => setImmediate(() => resolve(false)))])) break;
      await client.close();
    }
    const outcome = await looking;
    if (outcome === undefined) return 'killed';
    return outcome.shown === 'picture' ? 'picture' : outcome.reason;
  }
}

async function holding(t: ExecutionContext, views: number, mode: SharingMode) {
  const seed = Number(process.env.P2PIMG_SEED ?? 1);
  t.log(`P2PIMG_SEED=${seed}`);
  const { people: two, cloud } = await people(t, 2);
  const [owner, viewer] = two as [Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, views, { mode });
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  await viewer.client.close();
  const restorer = new Restorer(viewer, cloud, imageId, await newFolder(t));
  await restorer.remember();
  return { cloud, viewer, restorer, random: new Random(seed) };
}

test(`M4 M5 N10 witnessed: of ${VIEWS} views, ${RESTORES} restores of picture, ledger or home, and kills before the picture is shown, give not one more`, async (t) => {
  t.timeout(600_000);
  const { cloud, viewer, restorer, random } = await holding(t, VIEWS, { kind: 'witnessed' });
  let [shown, killed] = [0, 0];
  for (let i = 0; i < RESTORES; i++) {
    await restorer.restore(random.pick<Part>(['picture', 'ledger', 'home']), random);
    await viewer.open();
    const outcome = await restorer.look(random.chance(0.1));
    await viewer.client.close();
    if (outcome === 'picture') shown++;
    else if (outcome === 'killed') killed++;
    else t.is(outcome, 'none_left');
    if (outcome === 'picture') await restorer.remember();
  }
  t.log(`${shown} shown, ${killed} killed`);
  t.is(cloud.directory.releases, VIEWS);
  t.true(shown <= VIEWS && shown + killed >= VIEWS, `${shown} shown, ${killed} killed`);
});

test(`M4 N10 offline(n): ${RESTORES / 4} restores give at most n views for each home that is restored, and none for a picture or a ledger alone`, async (t) => {
  t.timeout(600_000);
  const mode = { kind: 'offline', views: IN_ADVANCE, hours: 1 } as const;
  const { cloud, viewer, restorer, random } = await holding(t, VIEWS, mode);
  let [shown, homes] = [0, 0];
  for (let i = 0; i < RESTORES / 4; i++) {
    const part = random.pick<Part>(['picture', 'ledger', 'home']);
    if (i > 0) await restorer.restore(part, random);
    if (i > 0 && part === 'home') homes++;
    await viewer.open();
    for (let views = 0; views <= VIEWS; views++) {
      const outcome = await restorer.look(false);
      if (outcome !== 'picture') {
        t.true(['none_left', 'rolled_back'].includes(outcome), outcome);
        break;
      }
      shown++;
      // Some looks are left for after the restore.
      if (random.chance(0.4)) break;
    }
    await viewer.client.close();
    await restorer.remember();
  }
  t.log(`${shown} shown after ${homes} restores of the home`);
  t.is(cloud.directory.releases, VIEWS);
  t.true(shown <= VIEWS + IN_ADVANCE * homes, `${shown} shown after ${homes} restores of the home`);
});
