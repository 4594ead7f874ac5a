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

/** A database as the program of schema 1 has left it, with a client in it. */
async function firstVersion(db: Kysely<Tables>, dialect: DialectName): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(dialect) } });
  const { error } = await migrator.migrateTo('0001_first');
  if (error !== undefined) throw error;
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
