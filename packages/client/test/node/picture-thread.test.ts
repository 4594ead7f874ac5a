import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { compileCover, embed } from '@p2pimg/stego';
import test, { type ExecutionContext } from 'ava';
import { writeNewBlobs } from '../../src/node/new-blobs.ts';
import type { KeepTask } from '../../src/node/picture-messages.ts';
import { PictureThread, PictureThreadError } from '../../src/node/picture-thread.ts';
import { newFolder } from './people.ts';

const cover = compileCover({ width: 200, height: 200, rgba: new Uint8Array(4 * 200 * 200).fill(255) });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A picture that came back, with what is known of it. */
function hidden(bytes = 500): KeepTask {
  const [file, key] = [randomBytes(bytes), randomBytes(32)];
  const stego = new Uint8Array(embed(cover, file, { key: new Uint8Array(key), mime: 'image/png', fit: 'tile' }));
  return { stego, digest: sha256(stego), key: key.toString('hex'), original: sha256(file) };
}

async function open(t: ExecutionContext): Promise<{ readonly thread: PictureThread; readonly folder: string }> {
  const folder = await newFolder(t);
  const thread = new PictureThread(folder);
  t.teardown(() => thread.close());
  return { thread, folder };
}

test('S3 G1 M3 N10 pictures that come back are extracted, compared and written in a thread, each by itself; what is wrong leaves no file', async (t) => {
  const { thread, folder } = await open(t);
  const tasks = Array.from({ length: 40 }, () => hidden());
  const pictures = tasks.map(({ stego }) => Buffer.from(stego));
  const short = tasks[7]!.stego.slice(0, 100);
  const wrong: Readonly<Record<number, KeepTask>> = {
    3: { ...tasks[3]!, key: '00'.repeat(32) },
    5: { ...tasks[5]!, original: sha256(new Uint8Array(3)) },
    7: { ...tasks[7]!, stego: short, digest: sha256(short) },
    9: { ...tasks[9]!, digest: tasks[8]!.digest },
  };
  const kept = await Promise.all(tasks.map((task, i) => thread.keep(wrong[i] ?? task)));
  for (const [i, blob] of kept.entries()) {
    if (wrong[i] !== undefined) {
      t.is(blob, undefined, `${i}`);
      continue;
    }
    t.regex(blob ?? '', /^[0-9a-f]{32}$/);
    const path = `${folder}/${blob}.png`;
    t.deepEqual(await readFile(path), pictures[i]);
    if (process.platform !== 'win32') t.is((await stat(path)).mode & 0o777, 0o600);
  }
  t.is((await readdir(folder)).length, 36);
});

test('S7 the event loop turns while a large picture is looked into', async (t) => {
  const { thread } = await open(t);
  const task = hidden(3_000_000);
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  t.not(await thread.keep(task), undefined);
  clearInterval(turning);
  t.true(turns > 5, `${turns} turns`);
});

test('S3 N10 a folder that is gone is told by name, and the next picture is kept when it is there again', async (t) => {
  const { thread, folder } = await open(t);
  await rm(folder, { recursive: true });
  const both = await Promise.allSettled([thread.keep(hidden()), thread.keep(hidden())]);
  for (const one of both) t.regex(one.status === 'rejected' ? String(one.reason) : '', /PictureThreadError: ENOENT/);
  await mkdir(folder);
  t.not(await thread.keep(hidden()), undefined);
});

test('S3 N10 a picture that cannot be written whole leaves no file, and harms no other', async (t) => {
  const folder = await newFolder(t);
  const [one, other] = [new Uint8Array(randomBytes(100)), new Uint8Array(0)];
  const unwritable = {} as Uint8Array; // found out after its file has been made
  const [first, failure, last] = writeNewBlobs(folder, [one, unwritable, other]);
  t.true(failure instanceof TypeError);
  t.deepEqual((await readdir(folder)).toSorted(), [`${first}.png`, `${last}.png`].toSorted());
  t.deepEqual(new Uint8Array(await readFile(`${folder}/${first}.png`)), one);
});

test('M3 a client that is closed looks into nothing any more', async (t) => {
  const { thread } = await open(t);
  const keeping = thread.keep(hidden());
  await thread.close();
  await t.throwsAsync(keeping, { instanceOf: PictureThreadError });
  await t.throwsAsync(thread.keep(hidden()), { instanceOf: PictureThreadError });
});
