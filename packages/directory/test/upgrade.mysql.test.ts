import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startDatabase, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { bytes, newClaim, newGrant, newImage, newRelease, sha256 } from '../src/compliance/world.ts';
import { databaseStatus, migrate, openDirectory, UnavailableError } from '../src/index.ts';
import { onDatabase } from '../src/operations/database.ts';
import { migrations } from '../src/schema/migrations.ts';
import type { Tables } from '../src/schema/tables.ts';
import type { DialectName } from '../src/sql/dialect.ts';

const folder = await tempDir();
const database = await startDatabase();
test.after.always(async () => {
  await folder.remove();
  await database.stop();
});

const signKey = bytes(32);
const boxKey = bytes(32);

async function migrateTo(db: Kysely<Tables>, dialect: DialectName, step: string, version: number): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(dialect) } });
  const { error } = await migrator.migrateTo(step);
  if (error !== undefined) throw error;
  await db.updateTable('meta').set({ schema_version: version }).execute();
}

/** A database as the program of schema 1 has left it, with a client in it. */
async function firstVersion(db: Kysely<Tables>, dialect: DialectName): Promise<void> {
  await migrateTo(db, dialect, '0001_first', 1);
  const session = { status: 'offline', session_counter: 4, lease_until: 0, registered_at: 0 } as const;
  const keys = { sign_key: Buffer.from(signKey), box_key: Buffer.from(boxKey) };
  await db
    .insertInto('clients')
    .values({ ...keys, ...session, visibility: 'nobody' })
    .execute();
  for (const name of ['a', 'b']) await publishAsBefore(db, name);
}

/** As a server of schema 1 makes an image of that client known. */
async function publishAsBefore(db: Kysely<Tables>, name: string): Promise<void> {
  const values = { client_id: 1, image_id: `client1-${name}`, digest: Buffer.from(sha256(name)) };
  await db.insertInto('resources').values(values).execute();
}

for (const [dialect, create] of [
  ['sqlite', async () => folder.at('upgrade.db')],
  ['mysql', () => database.createDatabase()],
] as const) {
  test(`D1 D5 a database of an older version is brought up, by several at once, with all that it holds (${dialect})`, async (t) => {
    const url = await create();
    await onDatabase(url, {}, (db) => firstVersion(db, dialect));
    t.like(await databaseStatus(url), { schemaVersion: 1, content: { clients: 1 } });
    if (dialect === 'mysql') {
      const error = await t.throwsAsync(openDirectory(url), { instanceOf: UnavailableError });
      t.is(error.reason, 'not_migrated');
    }
    for (const { to } of await Promise.all([migrate(url), migrate(url)])) t.is(to, 3);
    t.like(await databaseStatus(url), { schemaVersion: 3, content: { clients: 1, images: 2 } });

    const directory = await openDirectory(url, { imagesPerClient: 4 });
    t.teardown(() => directory.close());
    t.like(await directory.clientByKey({ boxKey }), { signKey, boxKey, visibility: 'nobody' });
    // What a server publishes that has not been upgraded yet counts as well.
    await onDatabase(url, {}, (db) => publishAsBefore(db, 'c'));
    const client = { clientId: 1, signKey, boxKey };
    await newImage(directory, client, 'd');
    await t.throwsAsync(newImage(directory, client, 'e'), { message: /as many images as it may/ });

    const grant = await newGrant(directory, 2);
    await directory.publishGrant({ claim: newClaim(), ...grant });
    t.like((await directory.releaseView(newRelease(grant))).value, { sequence: 1 });
  });
}

/** A file of schema 2 with a client and its two images. */
async function secondVersion(name: string): Promise<string> {
  const url = folder.at(name);
  await onDatabase(url, {}, async (db) => {
    await firstVersion(db, 'sqlite');
    await migrateTo(db, 'sqlite', '0002_pending_of_owner', 2);
  });
  return url;
}

/** How many images the file says that the client has, and how many it has. */
function counted(url: string): { readonly said: unknown; readonly real: unknown } {
  using file = new DatabaseSync(url);
  const [row] = file.prepare('select images as said, (select count(*) from resources) as real from clients').all();
  return { said: row?.['said'], real: row?.['real'] };
}

test('D1 D5 a step that breaks off leaves nothing of itself in a file, and is taken again', async (t) => {
  const url = await secondVersion('broken-off.db');
  {
    using file = new DatabaseSync(url);
    file.exec('create trigger resources_counted after insert on resources begin select 1; end');
  }
  await t.throwsAsync(migrate(url));
  t.is((await databaseStatus(url)).schemaVersion, 2);
  {
    using file = new DatabaseSync(url);
    file.exec('drop trigger resources_counted');
  }
  t.deepEqual(await migrate(url), { from: 2, to: 3 });
  t.deepEqual(counted(url), { said: 2, real: 2 });
});

test('D1 D5 several bring a file up while a server of the older version publishes', async (t) => {
  const url = await secondVersion('in-use.db');
  let isDone = false;
  const publishing = (async (): Promise<number> => {
    using file = new DatabaseSync(url, { timeout: 1_000 });
    const insert = file.prepare('insert into resources (client_id, image_id, digest) values (1, ?, ?)');
    let published = 0;
    while (!isDone) {
      file.exec('begin immediate');
      insert.run(`client1-more ${published}`, sha256(`${published}`));
      await nextTurn();
      file.exec('commit');
      published += 1;
      await nextTurn();
    }
    return published;
  })();
  const servers = await Promise.all([openDirectory(url), openDirectory(url), migrate(url)]).finally(() => {
    isDone = true;
  });
  t.teardown(() => Promise.all([servers[0].close(), servers[1].close()]));
  const images = 2 + (await publishing);
  t.true(images > 2);
  t.deepEqual(counted(url), { said: images, real: images });
});
