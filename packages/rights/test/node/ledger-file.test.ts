import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileLockedError } from '@p2pimg/identity';
import test from 'ava';
import {
  accountLeft,
  Ledger,
  LedgerCorruptError,
  LedgerFile,
  LedgerFullError,
  LedgerUnavailableError,
  MAX_LEDGER_RECORDS,
  NoViewsLeftError,
  RECORD_BYTES,
} from '../../src/index.ts';
import { ISSUED_AT, makeWorld } from '../fixtures.ts';

const folder = await mkdtemp(join(tmpdir(), 'p2pimg-ledger-'));
let counter = 0;
const freshPath = (): string => join(folder, String(counter++), 'ledger');

const world = makeWorld('ledger file');
const { grant } = await world.issue({ allowed: 50 });
const { grantId } = grant;
const now = ISSUED_AT + 1000;
test.after.always(() => rm(folder, { recursive: true, force: true }));
const release = (used: number) => ({ grantId, version: 1, used, nonce: world.suite.randomBytes(32) });

test('M5: what was committed is there when the ledger is opened again', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  await file.commit((ledger) => ledger.accept(grant, 0, now));
  const entry = await file.commit((ledger) => ledger.viewReleased(release(1), now));
  t.is(accountLeft(entry.account), 49);
  t.is((await stat(path)).mode & 0o777, 0o600);
  await file.close();
  await file.close();
  const again = await LedgerFile.open(path, { now });
  t.is(again.droppedBytes, 0);
  t.is(again.ledger.account(grantId)?.used, 1);
  t.is(again.ledger.sequence, entry.sequence);
  await again.close();
  t.deepEqual(await readdir(join(path, '..')), ['ledger']);
});

test('N10: N = 50 views asked for at once are counted one by one, and the fifty-first is refused', async (t) => {
  const file = await LedgerFile.open(freshPath(), { now });
  await file.commit((ledger) => ledger.accept(grant, 0, now));
  const results = await Promise.allSettled(
    Array.from({ length: 51 }, (_, i) => file.commit((ledger) => ledger.viewReleased(release(i + 1), now))),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  t.is(refused.length, 1);
  t.true(refused[0]?.reason instanceof NoViewsLeftError);
  t.is(accountLeft(file.ledger.account(grantId)!), 0);
  await file.close();
});

test('N10: a ledger belongs to one process at a time', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  await t.throwsAsync(LedgerFile.open(path, { now }), { instanceOf: FileLockedError });
  await file.close();
  await t.throwsAsync(
    file.commit((ledger) => ledger.accept(grant, 0, now)),
    { instanceOf: LedgerUnavailableError },
  );
  await (await LedgerFile.open(path, { now })).close();
});

test('M5: a torn end is cut off; a file shorter than a record begins anew', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  await file.commit((ledger) => ledger.accept(grant, 0, now));
  await file.commit((ledger) => ledger.viewReleased(release(1), now));
  await file.close();
  for (const [length, dropped, used] of [
    [3 * RECORD_BYTES - 1, RECORD_BYTES - 1, 0],
    [RECORD_BYTES + 1, 1, undefined],
    [RECORD_BYTES - 1, RECORD_BYTES - 1, undefined],
    [0, 0, undefined],
  ] as const) {
    await truncate(path, length);
    const cut = await LedgerFile.open(path, { now });
    t.is(cut.droppedBytes, dropped);
    t.is(cut.ledger.account(grantId)?.used, used);
    await cut.close();
    const { size } = await stat(path);
    t.is(size % RECORD_BYTES, 0);
    t.true(size > 0);
  }
});

test('N10: a damaged or overlong ledger is named and left as it is', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  for (let used = 0; used < 5; used++) await file.commit((ledger) => ledger.accept(grant, used, now));
  await file.close();
  const damaged = await readFile(path);
  damaged[RECORD_BYTES + 40] = 77;
  await writeFile(path, damaged);
  await t.throwsAsync(LedgerFile.open(path, { now }), { instanceOf: LedgerCorruptError });
  t.deepEqual(await readFile(path), damaged);
  await truncate(path, (MAX_LEDGER_RECORDS + 2) * RECORD_BYTES);
  await t.throwsAsync(LedgerFile.open(path, { now }), { instanceOf: LedgerFullError });
  t.deepEqual(await readdir(join(path, '..')), ['ledger'], 'the lock is free again');
});

test('a ledger that somebody else has written to takes no more changes until it is opened again', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  await file.commit((ledger) => ledger.accept(grant, 0, now));
  await appendFile(path, 'x');
  await t.throwsAsync(
    file.commit((ledger) => ledger.viewReleased(release(1), now)),
    { instanceOf: LedgerUnavailableError },
  );
  await t.throwsAsync(file.compact(), { instanceOf: LedgerUnavailableError });
  await file.close();
  const again = await LedgerFile.open(path, { now });
  t.is(again.ledger.account(grantId)?.used, 0);
  await again.close();
});

test('a refused change writes nothing, and the next one goes through', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  await file.commit((ledger) => ledger.accept(grant, 0, now));
  await t.throwsAsync(
    file.commit((ledger) => ledger.viewReleased(release(51), now)),
    { instanceOf: NoViewsLeftError },
  );
  t.is((await stat(path)).size, 2 * RECORD_BYTES);
  t.is(await file.commit((ledger) => ledger.accept(grant, 0, now)), undefined);
  await file.commit((ledger) => ledger.viewReleased(release(1), now));
  t.is((await stat(path)).size, 3 * RECORD_BYTES);
  await file.close();
});

test('a long ledger is compacted when it is opened, and when asked', async (t) => {
  const path = freshPath();
  const file = await LedgerFile.open(path, { now });
  for (let used = 0; used < 30; used++) await file.commit((ledger) => ledger.accept(grant, used, now));
  await file.compact();
  t.is((await stat(path)).size, 2 * RECORD_BYTES);
  await file.commit((ledger) => ledger.viewReleased(release(30), now));
  t.is(file.ledger.account(grantId)?.used, 30);
  await file.close();
  // A thousand records are written at one go: the syncs are not what this is about.
  const parts = [await readFile(path)];
  const { ledger: copy } = Ledger.read(world.suite, parts[0]!);
  for (let used = 31; used < 1100; used++) parts.push(Buffer.from(copy.count(grantId, used, now)!.bytes));
  await writeFile(path, Buffer.concat(parts));
  const compacted = await LedgerFile.open(path, { now });
  t.is(compacted.ledger.records, 2);
  t.is(compacted.ledger.account(grantId)?.used, 1099);
  await compacted.close();
});

test('a full disk is named, costs nothing that was acknowledged, and the ledger opens again', async (t) => {
  const path = freshPath();
  const child = fileURLToPath(new URL('crash-child.ts', import.meta.url));
  // A file may grow to 1,024 bytes: the fifth record does not fit, nor does a part of it.
  const command = 'ulimit -f 1 && exec "$0" "$@"';
  const args = ['-c', command, process.execPath, '--conditions=@p2pimg/source', child, path, '0'];
  const { stdout, stderr, status } = spawnSync('bash', args, { encoding: 'utf8' });
  t.is(status, 1);
  t.regex(stderr, /LedgerUnavailableError: the ledger could not be written/);
  t.is(stdout.split('acknowledged').length - 1, 3);
  const file = await LedgerFile.open(path, { now });
  t.is(file.ledger.accounts()[0]?.used, 2);
  await file.close();
});
