import { backup, DatabaseSync } from 'node:sqlite';
import { freeTcpPort, startDatabase, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { createConnection } from 'mysql2/promise';
import { goOnline, newClaim, newClient, newGrant, newRelease, revised } from '../src/compliance/world.ts';
import { checkDatabase, databaseStatus, migrate, openDirectory, renewGeneration } from '../src/index.ts';
import { createUsers } from './support/users.ts';

const folder = await tempDir();
const database = await startDatabase();
test.after.always(async () => {
  await folder.remove();
  await database.stop();
});

for (const [kind, create] of [
  ['sqlite', async () => folder.at('status.db')],
  ['mysql', () => database.createDatabase()],
] as const) {
  test(`D1 the status counts what is there (${kind})`, async (t) => {
    const url = await create();
    t.like(await databaseStatus(url), { kind, schemaVersion: 0, programSchemaVersion: 3, content: undefined });
    await migrate(url);
    for (const { name, level } of await checkDatabase(url)) t.true(level === 'ok' || name === 'privileges', name);
    const directory = await openDirectory(url);
    const grant = await newGrant(directory, 2);
    await directory.publishGrant({ claim: newClaim(), ...grant });
    await directory.releaseView(newRelease(grant));
    const client = await newClient(directory);
    await goOnline(directory, client);
    const { content, ...rest } = await databaseStatus(url);
    t.deepEqual(rest, { kind, schemaVersion: 3, programSchemaVersion: 3 });
    const counts = { clients: 3, online: 1, images: 1, grants: 1, pendingGrants: 1, waitingNotices: 0, releases: 1 };
    t.like(content, { ...counts, claims: 7 });
    t.is(content?.generation, Buffer.from((await directory.info({})).generation).toString('hex'));

    const results = await checkDatabase(url);
    t.deepEqual(
      results.filter(({ name, level }) => level !== 'ok' && name !== 'privileges'),
      [],
    );
    await directory.close();
  });
}

test('D1 the check names what is wrong, node by node', async (t) => {
  const empty = folder.at('empty.db');
  const missing = (await checkDatabase(empty)).find(({ name }) => name === 'schema');
  t.like(missing, { level: 'error', node: '' });

  const url = new URL(await database.createDatabase());
  const dead = await freeTcpPort();
  await migrate(url.href);
  const both = url.href.replace(url.host, `${url.host},127.0.0.1:${dead}`);
  const results = await checkDatabase(both, { deadlineMs: 300 });
  t.like(
    results.find(({ node }) => node === `127.0.0.1:${dead}`),
    { name: 'reach', level: 'error' },
  );
  t.like(
    results.find(({ name, node }) => name === 'schema' && node === url.host),
    { level: 'ok' },
  );
  // The tests run as root, which is more than a server needs.
  t.like(
    results.find(({ name }) => name === 'privileges'),
    { level: 'warning' },
  );
});

test('D1 a server needs no DDL and no DELETE; purging has a user of its own', async (t) => {
  const url = new URL(await database.createDatabase());
  await migrate(url.href);
  const users = await createUsers(url.href);
  const root = await createConnection(url.href);
  t.like(
    (await checkDatabase(users.server)).find((result) => result.name === 'privileges'),
    { level: 'ok' },
  );
  const directory = await openDirectory(users.server);
  const grant = await newGrant(directory, 2);
  await directory.publishGrant({ claim: newClaim(), ...grant });
  await directory.releaseView(newRelease(grant));
  await directory.removeResource({ claim: newClaim(), clientId: grant.ownerId, imageId: grant.imageId });
  const denied = await t.throwsAsync(directory.purge({ limit: 10 }), { message: /ER_TABLEACCESS_DENIED_ERROR/ });
  t.like(denied, { code: 'unavailable', reason: 'not_permitted' });
  const empty = await createUsers(await database.createDatabase());
  await t.throwsAsync(migrate(empty.server), { message: /not_permitted/ });

  await root.query('update claims set not_after = 1');
  await root.query('update releases set released_at = 1');
  const purging = await openDirectory(users.purge);
  t.is(await purging.purge({ limit: 3 }), 3);
  t.is(await purging.purge({ limit: 100 }), 4); // six claims and one release in all
  t.is(await purging.purge({ limit: 100 }), 0);
  await Promise.all([directory.close(), purging.close(), users.drop(), empty.drop(), root.end()]);
});

test('M6 D4 after a restore the generation is new, and owners who publish again bring back what was lost', async (t) => {
  const path = folder.at('live.db');
  const copy = folder.at('backup.db');
  const live = await openDirectory(path);
  const grant = await newGrant(live, 2);
  await live.publishGrant({ claim: newClaim(), ...grant });
  using source = new DatabaseSync(path);
  await backup(source, copy);
  const later = revised(grant, 0);
  await live.publishGrant({ claim: newClaim(), ...later });
  const { generation } = await live.info({});
  await live.close();

  const renewed = await renewGeneration(copy);
  const restored = await openDirectory(copy);
  t.is(Buffer.from((await restored.info({})).generation).toString('hex'), renewed);
  t.not(Buffer.from(generation).toString('hex'), renewed);
  t.is((await restored.grant(grant))?.version, 1);
  await restored.publishGrant({ claim: newClaim(), ...later });
  await t.throwsAsync(restored.releaseView(newRelease(grant)), { message: /withdrawn/ });
  await restored.close();
});
