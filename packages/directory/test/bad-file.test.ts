import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { newClaim, newClient, newImage } from '../src/compliance/world.ts';
import { migrate, openDirectory, UnavailableError } from '../src/index.ts';
import { NodeSqlite } from '../src/sqlite/database.ts';
import { SqliteEngine } from '../src/sqlite/engine.ts';
import { untilFree } from '../src/sqlite/open-engine.ts';

const folder = await tempDir();
test.after.always(() => folder.remove());

const unavailable = (reason: string) => ({ instanceOf: UnavailableError, message: new RegExp(reason) });

test('D7 a file that cannot be opened, or is none of ours, is a clear error', async (t) => {
  await t.throwsAsync(openDirectory(folder.at('no', 'such', 'folder', 'x.db')), unavailable('unreachable'));
  await writeFile(folder.at('text.db'), 'this is not a database, but long enough to be taken for one. '.repeat(99));
  await t.throwsAsync(openDirectory(folder.at('text.db')), unavailable('not a database'));
});

test('D7 a file whose tables another process makes or holds just now is tried again, until the deadline', async (t) => {
  for (const errcode of [5, 6, 17, 2067]) {
    let attempts = 0;
    const work = async (): Promise<string> => {
      attempts += 1;
      if (attempts < 3) throw Object.assign(new Error('another process'), { errcode });
      return 'done';
    };
    t.is(await untilFree(10_000, work), 'done', `result code ${errcode}`);
    attempts = 0;
    await t.throwsAsync(untilFree(0, work), { message: 'another process' });
  }
});

test('D7 a read-only file refuses changes by name, and still answers', async (t) => {
  const path = folder.at('read-only.db');
  const directory = await openDirectory(path);
  const client = await newClient(directory);
  await directory.close();
  using file = new NodeSqlite(path, { readOnly: true });
  const engine = new SqliteEngine(file, 100);
  const call = {
    claim: newClaim(),
    clientId: client.clientId,
    images: [{ imageId: `client${client.clientId}-a`, digest: client.boxKey }],
  };
  const [result] = await engine.write([{ method: 'addResources', call }], async () => {});
  t.like(result, { error: { code: 'unavailable', reason: 'read_only' } });
  t.like(await engine.read({ method: 'clientById', call: client }), { value: { clientId: client.clientId } });
});

test('D5 a full file refuses changes by name, leaves nothing half done, and goes on when there is room', async (t) => {
  const path = folder.at('full.db');
  await migrate(path);
  using file = new NodeSqlite(path);
  file.prepare('pragma max_page_count = 60').all([]);
  const engine = new SqliteEngine(file, 100);
  const count = (table: string) => (file.prepare(`select count(*) as n from ${table}`).all([])[0] as { n: number }).n;
  let reason: string | undefined;
  for (let calls = 0; reason === undefined && calls < 5000; calls++) {
    const keys = { signKey: newClaim().clientKey, boxKey: newClaim().clientKey };
    const [result] = await engine.write([{ method: 'register', call: { claim: newClaim(), ...keys } }], async () => {});
    if (result !== undefined && 'error' in result) reason = result.error.reason;
  }
  t.is(reason, 'full');
  t.is(count('clients'), count('claims'));
  file.prepare('pragma max_page_count = 600').all([]);
  const call = { claim: newClaim(), signKey: newClaim().clientKey, boxKey: newClaim().clientKey };
  t.like((await engine.write([{ method: 'register', call }], async () => {}))[0], { value: { replayed: false } });
});

test('D7 a file that another process holds is busy after the deadline, and free again after it', async (t) => {
  const path = folder.at('held.db');
  const directory = await openDirectory(path, { deadlineMs: 200 });
  const client = await newClient(directory);
  using other = new DatabaseSync(path);
  other.exec('begin immediate');
  const error = await t.throwsAsync(newImage(directory, client), unavailable('another process'));
  t.is((error as UnavailableError).reason, 'busy');
  t.is((await directory.clientById(client))?.clientId, client.clientId); // reads go on
  other.exec('commit');
  await newImage(directory, client);
  await directory.close();
});
