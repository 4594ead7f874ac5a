import { DatabaseSync } from 'node:sqlite';
import { freeTcpPort, startDatabase, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { createConnection } from 'mysql2/promise';
import { newClaim, newClient, newGrant, newImage } from '../src/compliance/world.ts';
import { migrate, openDirectory, UnavailableError } from '../src/index.ts';

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
  const newer = { instanceOf: UnavailableError, message: /schema 99, this program knows 2: use a newer program/ };
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
  for (const { to } of results) t.is(to, 2);
  t.deepEqual(await migrate(url), { from: 2, to: 2 });
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
