import { DatabaseStartFailed, startDatabase, startDatabaseServer } from '@p2pimg/testkit';
import test from 'ava';
import { createConnection } from 'mysql2/promise';

test('a fresh database stores rows, and is gone after stop', async (t) => {
  const database = await startDatabase();
  const connection = await createConnection(database.url);
  await connection.query('CREATE TABLE pictures (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(64))');
  await connection.query("INSERT INTO pictures (name) VALUES ('Hündchen')");
  const [rows] = await connection.query('SELECT name FROM pictures');
  t.deepEqual(rows as unknown, [{ name: 'Hündchen' }]);
  await connection.end();
  await database.stop();
  await t.throwsAsync(createConnection(database.url));
});

test('each database of one server is its own', async (t) => {
  await using database = await startDatabase();
  const other = await database.createDatabase();
  t.not(other, database.url);
  const connection = await createConnection(other);
  const [tables] = await connection.query('SHOW TABLES');
  t.deepEqual(tables as unknown, []);
  await connection.end();
});

test('a named server is used, and left without our databases', async (t) => {
  await using server = await startDatabaseServer();
  process.env.P2PIMG_TEST_MYSQL_URL = server.url;
  t.teardown(() => delete process.env.P2PIMG_TEST_MYSQL_URL);
  const list = async (): Promise<string[]> => {
    const connection = await createConnection(server.url);
    const [rows] = await connection.query("SHOW DATABASES LIKE 'p2pimg%'");
    await connection.end();
    return (rows as Record<string, string>[]).flatMap(Object.values);
  };

  const database = await startDatabase();
  t.is(database.server, undefined);
  t.deepEqual(await list(), [new URL(database.url).pathname.slice(1)]);
  await database.stop();
  t.deepEqual(await list(), []);
});

test('a killed server keeps what was committed when it is started again', async (t) => {
  await using database = await startDatabase();
  const { server } = database;
  if (server === undefined) {
    t.pass('a named server is not ours to kill');
    return;
  }
  const first = await createConnection(database.url);
  await first.query('CREATE TABLE kept (id INT PRIMARY KEY)');
  await first.query('INSERT INTO kept VALUES (7)');
  first.on('error', () => {}); // the server dies under it
  const pid = server.pid;
  server.signal('SIGKILL');
  await server.restart();
  t.not(server.pid, pid);
  const second = await createConnection(database.url);
  const [rows] = await second.query('SELECT id FROM kept');
  t.deepEqual(rows as unknown, [{ id: 7 }]);
  await second.end();
});

test('a server that refuses its options says why', async (t) => {
  const error = await t.throwsAsync(startDatabaseServer({ args: ['--no-such-option'] }), {
    instanceOf: DatabaseStartFailed,
  });
  t.regex(error?.message ?? '', /no-such-option/);
});
