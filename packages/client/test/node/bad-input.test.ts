import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { Random } from '@p2pimg/netsim';
import { readRights, writeRights } from '@p2pimg/stego';
import test, { type ExecutionContext } from 'ava';
import { JournalCorruptError } from '../../src/index.ts';
import { EvilOwner } from './evil-owner.ts';
import { type Person, people, smallPicture } from './people.ts';

const IMAGE = 'client1-puppy';
const LONG = process.env.P2PIMG_LONG === '1';
const SEED = Number(process.env.P2PIMG_SEED ?? 1);

async function two(t: ExecutionContext) {
  const { people: both, cloud } = await people(t, 2);
  const [owner, viewer] = both as [Person, Person];
  await owner.client.encode(smallPicture(), { name: 'puppy' });
  return { owner, viewer, cloud };
}

async function sharing(t: ExecutionContext) {
  const { owner, viewer, cloud } = await two(t);
  await owner.client.share(IMAGE, 2, 3);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  const [name] = await readdir(join(viewer.folder, 'pictures'));
  return { owner, viewer, cloud, file: join(viewer.folder, 'pictures', name!) };
}

const isPrintable = (text: string): boolean => !/\p{Cc}/u.test(text);

test('C2 M4: views that are no whole number from 1 to 65,535 are refused wherever they are given', async (t) => {
  const { owner, viewer } = await sharing(t);
  for (const bad of [0, -1, 65_536, 1.5, Number.NaN, 'abc', '5']) {
    const views = bad as number;
    const refused = { code: 'views_range' };
    await t.throwsAsync(viewer.client.requestImage(1, 'client1-cat', views), refused, `requestImage ${bad}`);
    await t.throwsAsync(viewer.client.requestMore(IMAGE, views), refused, `requestMore ${bad}`);
    await t.throwsAsync(owner.client.share(IMAGE, 2, views), refused, `share ${bad}`);
    for (const kind of ['add', 'take'] as const) {
      await t.throwsAsync(owner.client.changeRights(IMAGE, 2, { kind, views }), refused, `${kind} ${bad}`);
    }
    if (bad === 0) continue; // leaves none, which is a right like others
    await t.throwsAsync(owner.client.changeRights(IMAGE, 2, { kind: 'set', views }), refused, `set ${bad}`);
  }
  await viewer.client.requestMore(IMAGE, 65_535);
  const request = await owner.heard('requestArrived');
  await t.throwsAsync(owner.client.approve(request.id, { views: 65_536 }), { code: 'views_range' });
  t.deepEqual(
    owner.client.requests().map(({ id }) => id),
    [request.id],
    'it waits still',
  );
  t.is(viewer.client.peerImages()[0]!.remaining, 3);
});

test('C2 N10: ids that are paths or escape sequences name no picture, and are printed safely', async (t) => {
  const { owner, viewer } = await sharing(t);
  const before = await readdir(viewer.folder, { recursive: true });
  const known = ['image_unknown', 'not_held', 'not_shared'];
  for (const id of [
    '../keys.json',
    'client1-../../keys.json',
    '/etc/passwd',
    'client1-\u001b[2Jpuppy',
    'a\u0000b',
    '',
  ]) {
    const calls = [
      viewer.client.requestImage(1, id, 3),
      viewer.client.requestMore(id, 3),
      viewer.client.view(id),
      viewer.client.stego(id),
      owner.client.share(id, 2, 3),
      owner.client.changeRights(id, 2, { kind: 'add', views: 3 }),
      owner.client.unpublish(id),
    ];
    for (const { status, ...outcome } of await Promise.allSettled<unknown>(calls)) {
      const { code, message } = 'reason' in outcome ? outcome.reason : { code: status, message: '' };
      t.true(known.includes(code), `${JSON.stringify(id)}: ${code}`);
      t.true(isPrintable(message));
    }
  }
  for (const name of ['\u001b]0;owned\u0007', '../puppy', 'a/b', '']) {
    const error = await t.throwsAsync(owner.client.encode(smallPicture(), { name }), { name: 'PictureError' });
    t.true(isPrintable(error.message));
  }
  t.deepEqual(await readdir(viewer.folder, { recursive: true }), before);
  t.deepEqual([owner.client.waiting, viewer.client.waiting], [0, 0]);
});

test('N10 N11: a peer that names things with escape sequences is not understood, and what is told of it is printable', async (t) => {
  const { owner, viewer } = await two(t);
  await owner.client.close();
  const evil = await EvilOwner.inPlaceOf(owner, viewer);
  t.teardown(() => evil.close());
  const id = '0'.repeat(32);
  const body = { imageId: 'client1-\u001b[2J\u001b]0;owned\u0007', views: 3 };
  for (const message of [
    { type: 'image_request', v: 1, id, body },
    { type: 'image_request', v: 1, id, body: { ...body, imageId: 'client1-../../keys.json' } },
    { type: '\u001b[31mimage_request', v: 1, id, body },
    { type: 'image_request', v: 1, id: '\u001b[31m', body },
  ]) {
    const before = viewer.news.length;
    await evil.say(message);
    await viewer.until(() => viewer.news.length > before);
  }
  t.deepEqual(new Set(viewer.news.map(({ kind }) => kind)), new Set(['signedIn', 'trouble']));
  for (const news of viewer.news) t.true(isPrintable(JSON.stringify(Object.values(news))));
  t.deepEqual(viewer.client.requests(), []);
  t.is((await viewer.client.activeUsers()).length, 1);
});

/** A PNG of at most 1 kB that says to have 60,000 × 60,000 pixels of 8 bytes. */
function bomb(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const bytes = Buffer.alloc(body.length + 8);
    bytes.writeUInt32BE(data.length);
    bytes.set(body, 4);
    bytes.writeUInt32BE(crc32(body), body.length + 4);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(60_000, 0);
  header.writeUInt32BE(60_000, 4);
  header.set([16, 6], 8);
  const pixels = deflateSync(new Uint8Array(500_000));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IDAT', new Uint8Array(9)),
    chunk('IEND', new Uint8Array()),
  ];
  return new Uint8Array(Buffer.concat([signature, ...parts]));
}

test('N10 M2: a PNG of 1 kB that declares 60,000 × 60,000 pixels: refused as it arrives, tampered on the disk, nothing spent', async (t) => {
  const { owner, viewer, cloud } = await two(t);
  t.true(bomb().length <= 1_024);
  await t.throwsAsync(owner.client.encode(bomb(), { name: 'bomb' }), { name: 'PictureError' });
  await viewer.client.requestImage(1, IMAGE, 5);
  const request = await owner.heard('requestArrived');
  await owner.client.close();
  const evil = await EvilOwner.inPlaceOf(owner, viewer);
  t.teardown(() => evil.close());
  t.is(await evil.sendPicture(request.id, bomb(), viewer, cloud.manifest), 'rights_invalid');
  t.deepEqual(viewer.client.peerImages(), []);
  t.deepEqual(await readdir(join(viewer.folder, 'pictures')), []);
  t.is(viewer.client.openRequests().length, 1, 'the request is open still');
  await evil.close();

  await owner.open();
  await owner.client.signIn();
  await owner.client.approve(request.id);
  await viewer.heard('imageArrived');
  const [name] = await readdir(join(viewer.folder, 'pictures'));
  await writeFile(join(viewer.folder, 'pictures', name!), bomb());
  t.like(await viewer.client.view(IMAGE), { shown: 'default', reason: 'tampered' });
  t.is(cloud.directory.releases, 0);
});

test(`M4 G2 N10: ${LONG ? 'each' : 'one in 64'} of the 4,096 bits of a rights band changed: the default picture, nothing spent; put right, it opens`, async (t) => {
  const { viewer, cloud, file } = await sharing(t);
  const genuine = await readFile(file);
  const band = readRights(new Uint8Array(genuine))!;
  const random = new Random(SEED);
  const bits = Array.from({ length: LONG ? 4_096 : 64 }, (_, i) => (LONG ? i : 64 * i + random.below(64)));
  for (const bit of bits) {
    const picture = new Uint8Array(genuine);
    const changed = band.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    writeRights(picture, changed);
    await writeFile(file, picture);
    const shown = await viewer.client.view(IMAGE);
    t.like(shown, { shown: 'default', reason: 'tampered', remaining: 3 }, `bit ${bit}, P2PIMG_SEED=${SEED}`);
    t.deepEqual(await readFile(file), Buffer.from(picture), 'left as it was found');
  }
  t.is(cloud.directory.releases, 0);
  await writeFile(file, genuine);
  t.like(await viewer.client.view(IMAGE), { shown: 'picture', remaining: 2 });
});

test('C2 N10: a journal cut in the middle of its last word opens without it, and the request comes again; damage before is refused by its line, and nothing is touched', async (t) => {
  const { owner, viewer } = await two(t);
  await viewer.client.requestImage(1, IMAGE, 5);
  const request = await owner.heard('requestArrived');
  await viewer.client.close();
  await owner.client.close();
  const path = join(owner.folder, 'journal');
  const whole = await readFile(path);
  const start = whole.lastIndexOf('\n', whole.indexOf('"queue"')) + 1;
  await writeFile(path, whole.subarray(0, start + 40));
  await owner.open();
  t.deepEqual(owner.client.requests(), []);
  t.deepEqual(
    owner.client.ownImages().map(({ imageId }) => imageId),
    [IMAGE],
  );
  await owner.client.signIn();
  await viewer.open();
  await viewer.client.signIn();
  await owner.until(() => owner.client.requests().length === 1);
  t.is(owner.client.requests()[0]!.id, request.id);
  await owner.client.close();

  const before = await contents(owner.folder);
  const damaged = Buffer.concat([whole.subarray(0, start - 60), whole.subarray(start - 20)]);
  await writeFile(path, damaged);
  await t.throwsAsync(owner.open(), { instanceOf: JournalCorruptError, message: /line \d+/ });
  t.deepEqual(await contents(owner.folder), new Map([...before, ['journal', damaged.toString('hex')]]));
  await writeFile(path, whole);
  await owner.open();
  t.is(owner.client.requests().length, 1);
});

async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const whole = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const entries = whole.map(
    async (path) => [path.slice(folder.length + 1), (await readFile(path)).toString('hex')] as const,
  );
  return new Map((await Promise.all(entries)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
