/** What happens, and what must be so after each step. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cloud, Person } from '@p2pimg/e2e';
import { appendRights, scaleTo, stripRights } from '@p2pimg/stego';
import { COVER_PATH } from './covers.ts';
import type { Facts } from './facts.ts';
import type { Narrator } from './narrator.ts';
import { decode, likeness, samePixels, writePng } from './pictures.ts';

const PUPPY = fileURLToPath(new URL('../assets/puppy.jpg', import.meta.url));
const LEAST_DECIBELS = 46;
/** Views asked for at first, and later on. */
const FIRST_VIEWS = 3;
const MORE_VIEWS = 10;
const TAKEN_VIEWS = 4;

export interface Stage {
  readonly out: string;
  readonly cloud: Cloud;
  readonly owner: Person;
  readonly viewer: Person;
  readonly facts: Facts;
  readonly narrator: Narrator;
  /** Views left after each step, as the viewer sees them. */
  readonly viewsLeft: { readonly after: string; readonly left: number }[];
}

export async function tell(stage: Stage): Promise<void> {
  const { owner, narrator } = stage;
  narrator.chapter('Two people register and sign in');
  await joinCloud(stage, stage.owner);
  await joinCloud(stage, stage.viewer);
  narrator.chapter(`${owner.name} hides a photograph in a cover picture`);
  const imageId = await hide(stage);
  narrator.chapter('The viewer finds it and asks for views');
  await askAndReceive(stage, imageId);
  narrator.chapter('Each view is counted, the last one leaves the default picture');
  await viewAll(stage, imageId);
  narrator.chapter('More views, and a change while the viewer is away');
  await moreViews(stage, imageId);
  await changeWhileAway(stage, imageId);
  narrator.chapter('A server is killed in the middle of an encode');
  await killDuringEncode(stage);
}

async function joinCloud({ facts, narrator }: Stage, person: Person): Promise<void> {
  const { clientId } = await person.client.register();
  const { news } = await person.client.signIn();
  facts.equal(`nothing waited for ${person.name} at the first sign-in`, news, []);
  narrator.say(`${person.name} is client ${clientId}, fingerprint ${person.client.fingerprint}`);
}

async function hide({ out, owner, facts, narrator }: Stage): Promise<string> {
  const original = decode(await readFile(PUPPY));
  await writePng(join(out, 'original.png'), original);
  const { imageId, bytes, server } = await owner.client.encode(PUPPY);
  facts.equal('the image id is made of client and name', imageId, `client${owner.client.clientId}-puppy`);
  const png = await owner.client.stego(imageId);
  await writeFile(join(out, 'stego.png'), png);
  const stego = decode(png);
  const cover = scaleTo(decode(await readFile(COVER_PATH)), stego.width, stego.height);
  await writePng(join(out, 'cover.png'), cover);
  const alike = likeness(cover, stego);
  const good = Object.values(alike).every((decibels) => decibels === null || decibels >= LEAST_DECIBELS);
  facts.check(`cover and stego look the same (PSNR ≥ ${LEAST_DECIBELS} dB over white and black)`, good, alike);
  narrator.say(`${server} hid it: ${imageId}, ${bytes} bytes, ${alike.overWhite} dB over white`);
  return imageId;
}

async function askAndReceive(
  { out, owner, viewer, facts, narrator, viewsLeft }: Stage,
  imageId: string,
): Promise<void> {
  const users = await viewer.client.activeUsers();
  const found = users.find(({ clientId }) => clientId === owner.client.clientId);
  facts.equal(`${viewer.name} sees ${owner.name} and the picture in the list`, found?.images, [imageId]);
  await viewer.client.requestImage(owner.client.clientId ?? 0, imageId, FIRST_VIEWS);
  const request = await owner.next('requestArrived');
  narrator.say(`${viewer.name} asks for ${request.views} views of ${request.imageId}`);
  await owner.client.approve(request.id);
  const arrived = await viewer.next('imageArrived');
  facts.equal('the approved picture arrives with its views', arrived.views, FIRST_VIEWS);
  const sent = await viewer.client.stego(imageId);
  await writeFile(join(out, 'sent.png'), sent);
  const own = await owner.client.stego(imageId);
  facts.check(
    'without its rights, what arrived is what was encoded, byte for byte',
    Buffer.compare(stripRights(sent), own) === 0,
    { arrived: sent.length, encoded: own.length },
  );
  facts.check(
    'the rights are rows of the picture',
    appendRights(own, new Uint8Array(512)).length === sent.length,
    sent.length,
  );
  viewsLeft.push({ after: 'receiving', left: remaining(viewer, imageId) });
  narrator.say(`${owner.name} approves; the picture arrives over UDP with ${arrived.views} views`);
}

async function viewAll(stage: Stage, imageId: string): Promise<void> {
  const { out, viewer, facts, narrator, viewsLeft } = stage;
  const original = decode(await readFile(PUPPY));
  for (let left = FIRST_VIEWS - 1; left >= 0; left--) {
    const view = await viewer.client.view(imageId);
    const shown = decode(view.bytes);
    if (left === FIRST_VIEWS - 1) await writePng(join(out, 'shown.png'), shown);
    facts.check(
      `view ${FIRST_VIEWS - left} shows the original, pixel for pixel`,
      view.shown === 'picture' && samePixels(shown, original),
      view.shown,
    );
    facts.equal(`${left} views are left after it`, [view.remaining, remaining(viewer, imageId)], [left, left]);
    viewsLeft.push({ after: `view ${FIRST_VIEWS - left}`, left: remaining(viewer, imageId) });
    narrator.say(`${viewer.name} looks at it: ${left} left`);
  }
  const refused = await viewer.client.view(imageId);
  await writePng(join(out, 'default.png'), decode(refused.bytes));
  facts.equal(
    'without views the default picture is shown, and why',
    [refused.shown, refused.shown === 'default' ? refused.reason : undefined],
    ['default', 'none_left'],
  );
  facts.check('the default picture is another one', !samePixels(decode(refused.bytes), original), refused.mime);
  narrator.say(`${viewer.name} looks once more: the default picture`);
}

async function moreViews({ owner, viewer, facts, narrator, viewsLeft }: Stage, imageId: string): Promise<void> {
  await viewer.client.requestMore(imageId, MORE_VIEWS);
  const request = await owner.next('requestArrived');
  await owner.client.approve(request.id);
  const changed = await viewer.next('rightsChanged');
  facts.equal('more views: 0 → 10', [changed.from, changed.to], [0, MORE_VIEWS]);
  viewsLeft.push({ after: 'asking for more', left: remaining(viewer, imageId) });
  narrator.say(
    `${viewer.name} asks for ${request.views} more, ${owner.name} approves: ${changed.from} → ${changed.to}`,
  );
}

async function changeWhileAway(stage: Stage, imageId: string): Promise<void> {
  const { owner, viewer, facts, narrator, viewsLeft } = stage;
  const viewerId = viewer.client.clientId ?? 0;
  await viewer.client.shutdown();
  await viewer.leave();
  const change = { kind: 'take', views: TAKEN_VIEWS } as const;
  const { delivery } = await owner.client.changeRights(imageId, viewerId, change);
  narrator.say(`${viewer.name} is away; ${owner.name} takes ${TAKEN_VIEWS} views back (${delivery})`);
  await viewer.comeBack();
  const { news } = await viewer.client.signIn();
  const left = MORE_VIEWS - TAKEN_VIEWS;
  const changes = news.flatMap((item) => (item.kind === 'rightsChanged' ? [[item.from, item.to]] : []));
  facts.equal('the change is enforced at the next sign-in: 10 → 6', changes, [[MORE_VIEWS, left]]);
  facts.equal('six views are left', remaining(viewer, imageId), left);
  const again = await viewer.client.signIn();
  facts.equal(
    'it is applied once',
    again.news.filter(({ kind }) => kind === 'rightsChanged'),
    [],
  );
  viewsLeft.push({ after: 'the change while away', left: remaining(viewer, imageId) });
  narrator.say(`${viewer.name} signs in again: ${MORE_VIEWS} → ${left}`);
}

async function killDuringEncode({ cloud, owner, facts, narrator }: Stage): Promise<void> {
  let victim: string | undefined;
  let killed: Promise<void> | undefined;
  const started = performance.now();
  const { imageId, server } = await owner.client.encode(PUPPY, {
    name: 'puppy again',
    onProgress: (progress) => {
      if (progress.phase !== 'uploading' || victim !== undefined) return;
      victim = progress.server;
      killed = cloud.server(victim).kill();
      narrator.say(`${victim} has begun; it is killed (SIGKILL)`);
    },
  });
  await killed;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  facts.check('a server was killed while it worked', victim !== undefined, victim);
  facts.check('another one finished the encode', server !== victim, { victim, server });
  narrator.say(`${server} took over: ${imageId}, ${seconds} s in all`);
  const view = await owner.client.view(imageId);
  const same = samePixels(decode(view.bytes), decode(await readFile(PUPPY)));
  facts.check('what it hid comes back, pixel for pixel', same, view.shown);
  if (victim !== undefined) {
    await cloud.server(victim).restart();
    narrator.say(`${victim} is back in the group`);
  }
}

function remaining(person: Person, imageId: string): number {
  return person.client.peerImages().find((image) => image.imageId === imageId)?.remaining ?? Number.NaN;
}
