import { constants } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Change, put, remove } from '../../src/core/records.ts';
import { JournalBrokenError, JournalCorruptError } from '../../src/index.ts';
import { Journal, openJournal } from '../../src/node/journal.ts';
import type { JournalFile } from '../../src/node/journal-file.ts';

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'p2pimg-journal-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

const contact = (clientId: number): Change =>
  put('contact', String(clientId), { clientId, signKey: 's', boxKey: 'b', metAt: 1, blocked: false });

const sets = [[contact(1)], [contact(2), contact(3)], [remove('contact', '1'), contact(4)]];

test('C2 N10: a journal cut at every byte keeps every set of changes that was whole, and goes on', async (t) => {
  const path = join(await folder(t), 'journal');
  const journal = await openJournal(path);
  const ends: number[] = [];
  for (const changes of sets) {
    await journal.append(changes);
    ends.push((await readFile(path)).length);
  }
  await journal.close();
  const whole = await readFile(path);
  for (let length = 0; length <= whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    const cut = await openJournal(path);
    const kept = ends.filter((end) => end <= length).length;
    t.deepEqual(cut.records, sets.slice(0, kept).flat(), `cut at ${length}`);
    await cut.append([contact(9)]);
    await cut.close();
    const again = await openJournal(path);
    t.deepEqual(again.records, [...sets.slice(0, kept).flat(), contact(9)]);
    await again.close();
  }
});

if (process.platform === 'linux') {
  test('C2 N10: a write is on the disk when it is said to be: each is its own sync', async (t) => {
    const path = join(await folder(t), 'journal');
    const journal = await openJournal(path);
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(async (fd) => ({
        fd,
        target: await readlink(`/proc/self/fd/${fd}`).catch(() => undefined),
      })),
    );
    const { fd } = open.find(({ target }) => target === path)!;
    const flags = /^flags:\s*([0-7]+)$/m.exec(await readFile(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!;
    t.not(Number.parseInt(flags, 8) & constants.O_DSYNC, 0);
    await journal.close();
  });
}

test('C2: a byte changed before the last line is refused by its line; in the last it costs that line alone', async (t) => {
  const path = join(await folder(t), 'journal');
  const journal = await openJournal(path);
  for (const changes of sets) await journal.append(changes);
  await journal.close();
  const whole = await readFile(path);
  const first = whole.indexOf('\n');
  for (let i = 0; i < first; i++) {
    const changed = Buffer.from(whole);
    changed[i]! ^= 1;
    await writeFile(path, changed);
    await t.throwsAsync(openJournal(path), { instanceOf: JournalCorruptError, message: /line 1/ });
  }
  const changed = Buffer.from(whole);
  changed[whole.length - 5]! ^= 1;
  await writeFile(path, changed);
  const opened = await openJournal(path);
  t.deepEqual(opened.records, sets.slice(0, 2).flat());
  await opened.close();
});

test('C2: a long journal is rewritten when it is opened, with the same contents', async (t) => {
  const path = join(await folder(t), 'journal');
  const journal = await openJournal(path);
  for (let i = 0; i < 600; i++) await journal.append([contact(1 + (i % 7))]);
  await journal.close();
  const before = (await readFile(path)).length;
  const opened = await openJournal(path);
  t.is(opened.records.length, 7);
  t.true((await readFile(path)).length < before / 50);
  await opened.close();
});

/** A file on a disk that is full from some byte on. */
class FullDisk implements JournalFile {
  bytes: Uint8Array = new Uint8Array();
  room: number;
  broken = false;

  constructor(room: number) {
    this.room = room;
  }

  async write(bytes: Uint8Array, position: number): Promise<number> {
    const fits = Math.min(bytes.length, this.room - position);
    if (fits <= 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const grown = new Uint8Array(position + fits);
    grown.set(this.bytes.subarray(0, position));
    grown.set(bytes.subarray(0, fits), position);
    this.bytes = grown;
    return fits;
  }

  async truncate(length: number): Promise<void> {
    if (this.broken) throw new Error('gone');
    this.bytes = this.bytes.slice(0, length);
  }

  async close(): Promise<void> {}
}

test('C2: a full disk refuses a change whole, and the journal goes on when there is room again', async (t) => {
  const disk = new FullDisk(150);
  const journal = new Journal('unused', disk, { records: [], length: 0, dropped: 0 });
  await journal.append([contact(1)]);
  const before = disk.bytes.length;
  await t.throwsAsync(journal.append([contact(2), contact(3), contact(4)]), { code: 'ENOSPC' });
  t.is(disk.bytes.length, before, 'no half line stays');
  disk.room = 10_000;
  await journal.append([contact(5)]);
  t.regex(Buffer.from(disk.bytes).toString(), /"clientId":1[\s\S]*"clientId":5/);
  disk.room = disk.bytes.length + 10;
  disk.broken = true;
  await t.throwsAsync(journal.append([contact(6)]), { code: 'ENOSPC' });
  disk.room = 10_000;
  await t.throwsAsync(journal.append([contact(7)]), { instanceOf: JournalBrokenError });
});
