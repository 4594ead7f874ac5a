import { DatabaseSync } from 'node:sqlite';
import { freeTcpPort, startDatabase, startDatabaseServer, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { createConnection } from 'mysql2/promise';
import { newClaim, newClient, newGrant, newImage } from '../src/compliance/world.ts';
import { checkDatabase, databaseStatus, migrate, openDirectory, UnavailableError } from '../src/index.ts';
import { isServerVersionKnown } from '../src/mysql/server-version.ts';

const folder = await tempDir();
const database = await startDatabase();
test.after.always(async () => {
  await folder.remove();
  await database.stop();
});

const unavailable = (reason: string) => ({ instanceOf: UnavailableError, message: new RegExp(reason) });

async function onMysql(url: string, ...statements: string[]): Promise<void> {
  const connection = await createConnection(url);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

test('D7 a schema newer than the program is refused, on a file and on MySQL', async (t) => {
  const path = folder.at('newer.db');
  await migrate(path);
  using file = new DatabaseSync(path);
  file.exec('update meta set schema_version = 99');
  const newer = { instanceOf: UnavailableError, message: /schema 99, this program knows 3: use a newer program/ };
  await t.throwsAsync(openDirectory(path), newer);
  await t.throwsAsync(migrate(path), newer);

  const url = await database.createDatabase();
  await migrate(url);
  await onMysql(url, 'update meta set schema_version = 99');
  await t.throwsAsync(openDirectory(url), newer);
  await t.throwsAsync(migrate(url), newer);
});

test('D1 a MySQL database without tables says what to run; migrating twice, or at once, is harmless', async (t) => {
  const url = await database.createDatabase();
  const error = await t.throwsAsync(openDirectory(url), unavailable('db migrate'));
  t.is((error as UnavailableError).reason, 'not_migrated');
  const results = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  for (const { to } of results) t.is(to, 3);
  t.deepEqual(await migrate(url), { from: 3, to: 3 });
});

test('D5 nobody at the address, a wrong password and an unknown database end within the deadline', async (t) => {
  const nobody = `mysql://root@127.0.0.1:${await freeTcpPort()}/p2pimg`;
  const error = await t.throwsAsync(openDirectory(nobody, { deadlineMs: 300 }), unavailable('unreachable'));
  t.is((error as UnavailableError).reason, 'unreachable');
  t.true((error as UnavailableError).retryAfterMs > 0);

  const stranger = new URL(database.url);
  stranger.username = 'nobody';
  stranger.password = 'secret-word';
  const refused = await t.throwsAsync(
    openDirectory(stranger.href, { deadlineMs: 300 }),
    unavailable('ER_ACCESS_DENIED'),
  );
  t.is((refused as UnavailableError).reason, 'not_permitted');
  t.false(refused?.message.includes('secret-word'));
  const elsewhere = new URL(database.url);
  elsewhere.pathname = '/p2pimg_not_there';
  await t.throwsAsync(openDirectory(elsewhere.href, { deadlineMs: 300 }), unavailable('ER_BAD_DB_ERROR'));
});

test.serial('D1 a read-only MySQL server refuses changes by name, and still answers', async (t) => {
  const { server } = database;
  if (server === undefined) {
    t.pass('a server that is shared with others is not made read-only');
    return;
  }
  const url = await database.createDatabase();
  await migrate(url);
  const { pathname } = new URL(url);
  await onMysql(
    url,
    "create user p2pimg_ro@'%' identified by 'x'",
    `grant select, insert, update on ${pathname.slice(1)}.* to p2pimg_ro@'%'`,
  );
  const directory = await openDirectory(`mysql://p2pimg_ro:x@127.0.0.1:${server.port}${pathname}`);
  const client = await newClient(directory);
  await onMysql(url, 'set global read_only = 1');
  const error = await t.throwsAsync(newImage(directory, client), unavailable('read_only'));
  t.is((error as UnavailableError).reason, 'read_only');
  t.is((await directory.clientById(client))?.clientId, client.clientId);
  await onMysql(url, 'set global read_only = 0');
  await newImage(directory, client);
  await directory.close();
});

test('D5 too many calls at once are refused, not kept; a closed directory says so', async (t) => {
  for (const url of [folder.at('overloaded.db'), await database.createDatabase()]) {
    await migrate(url);
    const directory = await openDirectory(url, { maxWaiting: 10 });
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => directory.info({})));
    const refused = results.filter((result) => result.status === 'rejected');
    t.is(refused.length, 20);
    for (const { reason } of refused) t.is((reason as UnavailableError).reason, 'overloaded');
    await directory.close();
    await t.throwsAsync(directory.info({}), { instanceOf: UnavailableError, message: /closed/ });
    await directory.close();
  }
});

test.serial('D5 a MySQL server that is killed and comes back loses nothing that was acknowledged', async (t) => {
  const { server } = database;
  if (server === undefined) {
    t.pass('a server that is shared with others is not killed');
    return;
  }
  const url = await database.createDatabase();
  await migrate(url);
  const directory = await openDirectory(url, { deadlineMs: 60_000 });
  const grant = await newGrant(directory, 1);
  await server.restart();
  await directory.publishGrant({ claim: newClaim(), ...grant });
  t.is((await directory.grant(grant))?.version, 1);
  await directory.close();
});

test('D7 a database server that is too old is refused by name, before anything is made in it', async (t) => {
  // A server of today that says it is one of long ago.
  await using old = await startDatabaseServer({ args: ['--version=10.1.48-MariaDB'] });
  await onMysql(old.url, 'create database p2pimg');
  const url = `${old.url}/p2pimg`;
  for (const attempt of [migrate(url), openDirectory(url)]) {
    const error = await t.throwsAsync(attempt, unavailable('too old: MariaDB 10.6 or MySQL 8.0'));
    t.is((error as UnavailableError).reason, 'database_too_old');
  }
  t.like(
    (await checkDatabase(url)).find(({ name }) => name === 'reach'),
    { level: 'error', detail: '10.1.48-MariaDB' },
  );
  t.is((await databaseStatus(url)).schemaVersion, 0);
  for (const [version, known] of [
    ['10.11.14-MariaDB-0+deb12u2', true],
    ['5.5.5-10.6.1-MariaDB-log', true],
    ['5.5.5-10.5.9-MariaDB', false],
    ['8.0.36', true],
    ['8.0.11-TiDB-v7.5.0', true],
    ['9.1.0', true],
    ['5.7.44-log', false],
    ['', false],
  ] as const) {
    t.is(isServerVersionKnown(version), known, version);
  }
});

test('D5 a full MySQL tablespace refuses changes by name, leaves nothing half done, and goes on when there is room', async (t) => {
  const fixed = ['--innodb-file-per-table=0', '--innodb-data-file-path=ibdata1:12M:autoextend:max:13M'];
  await using server = await startDatabaseServer({ args: fixed });
  await onMysql(server.url, 'create database p2pimg character set utf8mb4');
  const url = `${server.url}/p2pimg`;
  await migrate(url);
  const directory = await openDirectory(url);
  const register = () => {
    const keys = { signKey: newClaim().clientKey, boxKey: newClaim().clientKey };
    return directory.register({ claim: newClaim(), ...keys });
  };
  let error: unknown;
  for (let calls = 0; error === undefined && calls < 400; calls++) {
    await Promise.all(Array.from({ length: 16 }, register)).catch((failure: unknown) => {
      error = failure;
    });
  }
  t.like(error, { code: 'unavailable', reason: 'full' });
  const { content } = await databaseStatus(url);
  t.is(content?.clients, content?.claims);
  await directory.close();
});
