/**
 * The schema, step by step, for both dialects. A released step is never edited: a change is a new step, and one that
 * the version before it can live with, because servers are upgraded one by one.
 */

import { randomBytes } from 'node:crypto';
import { type ColumnDataType, type CreateTableBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { isDuplicateIndex } from '../mysql/errors.ts';
import type { DialectName } from '../sql/dialect.ts';

interface ColumnTypes {
  readonly id: ColumnDataType | RawBuilder<unknown>;
  readonly integer: ColumnDataType | RawBuilder<unknown>;
  readonly bytes: (length: number) => ColumnDataType | RawBuilder<unknown>;
  readonly bytesUpTo: (length: number) => ColumnDataType | RawBuilder<unknown>;
  /** Characters of ASCII, from a closed list or an IP literal. */
  readonly word: (length: number) => ColumnDataType | RawBuilder<unknown>;
  readonly text: ColumnDataType | RawBuilder<unknown>;
  /** Compared byte by byte, so that both databases list them in the same order. */
  readonly imageId: ColumnDataType | RawBuilder<unknown>;
  readonly tableOptions: RawBuilder<unknown>;
  /** Rows stored in the order of the primary key, which InnoDB does anyway. */
  readonly clusteredOptions: RawBuilder<unknown>;
}

const sqliteTypes: ColumnTypes = {
  id: 'integer',
  integer: 'integer',
  bytes: () => 'blob',
  bytesUpTo: () => 'blob',
  word: () => 'text',
  text: 'text',
  imageId: 'text',
  tableOptions: sql`strict`,
  clusteredOptions: sql`strict, without rowid`,
};

const mysqlTypes: ColumnTypes = {
  id: 'bigint',
  integer: 'bigint',
  bytes: (length) => sql.raw(`binary(${length})`),
  bytesUpTo: (length) => sql.raw(`varbinary(${length})`),
  word: (length) => sql.raw(`varchar(${length}) character set ascii collate ascii_bin`),
  text: 'text',
  // "client", 16 digits, "-" and 64 code points.
  imageId: sql`varchar(87) character set utf8mb4 collate utf8mb4_bin`,
  tableOptions: sql`engine=InnoDB default charset=utf8mb4`,
  clusteredOptions: sql`engine=InnoDB default charset=utf8mb4`,
};

/** The number that the newest step gives the schema. */
export const SCHEMA_VERSION = 3;

/** The steps by name, in order. */
export function migrations(dialect: DialectName): Record<string, Migration> {
  return {
    '0001_first': { up: (db) => first(db, dialect) },
    '0002_pending_of_owner': { up: (db) => pendingOfOwner(db, dialect) },
    '0003_count_of_images': { up: (db) => countOfImages(db, dialect) },
  };
}

async function first(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  const t = dialect === 'sqlite' ? sqliteTypes : mysqlTypes;
  // MySQL commits after each CREATE: after an interrupted attempt the step has to be able to run again.
  const table = (name: string, options = t.tableOptions): CreateTableBuilder<string, never> =>
    db.schema.createTable(name).ifNotExists().modifyEnd(options) as CreateTableBuilder<string, never>;
  const index = (name: string, on: string, columns: string[]): Promise<void> =>
    createIndex(db, dialect, name, on, columns);

  await table('clients')
    .addColumn('id', t.id, (c) => c.primaryKey().autoIncrement())
    .addColumn('sign_key', t.bytes(32), (c) => c.notNull().unique())
    .addColumn('box_key', t.bytes(32), (c) => c.notNull().unique())
    .addColumn('recovery_key', t.bytes(32))
    .addColumn('status', t.word(8), (c) => c.notNull())
    .addColumn('session_counter', t.integer, (c) => c.notNull())
    .addColumn('host', t.word(45))
    .addColumn('port', t.integer)
    .addColumn('visibility', t.word(8), (c) => c.notNull())
    .addColumn('lease_until', t.integer, (c) => c.notNull())
    .addColumn('registered_at', t.integer, (c) => c.notNull())
    .execute();
  await index('clients_by_status', 'clients', ['status', 'id']);

  await table('resources', t.clusteredOptions)
    .addColumn('client_id', t.integer, (c) => c.notNull())
    .addColumn('image_id', t.imageId, (c) => c.notNull().unique())
    .addColumn('digest', t.bytes(32), (c) => c.notNull())
    .addColumn('removed_at', t.integer)
    .addPrimaryKeyConstraint('resources_key', ['client_id', 'image_id'] as never)
    .execute();

  await table('access_rights')
    .addColumn('viewer_id', t.integer, (c) => c.notNull())
    .addColumn('image_id', t.imageId, (c) => c.notNull())
    .addColumn('owner_id', t.integer, (c) => c.notNull())
    .addColumn('grant_id', t.bytes(16), (c) => c.notNull().unique())
    .addColumn('version', t.integer, (c) => c.notNull())
    .addColumn('allowed', t.integer, (c) => c.notNull())
    .addColumn('used', t.integer, (c) => c.notNull())
    .addColumn('released', t.integer, (c) => c.notNull())
    .addColumn('acked_version', t.integer, (c) => c.notNull())
    .addColumn('pending_since', t.integer)
    .addColumn('signed_grant', t.bytesUpTo(1024), (c) => c.notNull())
    .addPrimaryKeyConstraint('access_rights_key', ['viewer_id', 'image_id'] as never)
    .execute();
  await index('access_rights_pending', 'access_rights', ['viewer_id', 'pending_since']);
  await index('access_rights_contacts', 'access_rights', ['owner_id', 'viewer_id']);

  await table('releases')
    .addColumn('grant_id', t.bytes(16), (c) => c.notNull())
    .addColumn('nonce', t.bytes(32), (c) => c.notNull())
    .addColumn('sequence', t.integer, (c) => c.notNull())
    .addColumn('version', t.integer, (c) => c.notNull())
    .addColumn('allowed', t.integer, (c) => c.notNull())
    .addColumn('used', t.integer, (c) => c.notNull())
    .addColumn('released_at', t.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('releases_key', ['grant_id', 'nonce'] as never)
    .execute();
  await index('releases_by_time', 'releases', ['released_at']);

  await table('notices')
    .addColumn('to_id', t.integer, (c) => c.notNull())
    .addColumn('from_id', t.integer, (c) => c.notNull())
    .addColumn('notice_id', t.bytes(16), (c) => c.notNull())
    .addColumn('kind', t.word(32), (c) => c.notNull())
    .addColumn('image_id', t.imageId, (c) => c.notNull())
    .addColumn('left_at', t.integer, (c) => c.notNull())
    .addColumn('acked_at', t.integer)
    .addPrimaryKeyConstraint('notices_key', ['to_id', 'from_id', 'notice_id'] as never)
    .execute();
  await index('notices_waiting', 'notices', ['to_id', 'acked_at', 'left_at']);
  await index('notices_by_ack', 'notices', ['acked_at']);

  await table('claims')
    .addColumn('client_key', t.bytes(32), (c) => c.notNull())
    .addColumn('request_id', t.bytes(16), (c) => c.notNull())
    .addColumn('body_digest', t.bytes(32), (c) => c.notNull())
    .addColumn('method', t.word(32), (c) => c.notNull())
    .addColumn('outcome', t.text, (c) => c.notNull())
    .addColumn('not_after', t.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('claims_key', ['client_key', 'request_id'] as never)
    .execute();
  await index('claims_by_time', 'claims', ['not_after']);

  await table('token')
    .addColumn('name', t.word(32), (c) => c.primaryKey())
    .addColumn('turn', t.integer, (c) => c.notNull())
    .addColumn('holder', t.word(64), (c) => c.notNull())
    .addColumn('held_until', t.integer, (c) => c.notNull())
    .execute();

  await table('meta')
    .addColumn('id', t.integer, (c) => c.primaryKey())
    .addColumn('schema_version', t.integer, (c) => c.notNull())
    .addColumn('generation', t.bytes(16), (c) => c.notNull())
    .execute();
  await sql`insert into meta (id, schema_version, generation)
    select 1, 1, ${randomBytes(16)} from (select 1 as one) as single
    where not exists (select 1 from meta)`.execute(db);
}

/** For the quota of what one owner may leave waiting. */
async function pendingOfOwner(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  await createIndex(db, dialect, 'access_rights_of_owner', 'access_rights', ['owner_id', 'pending_since']);
}

/**
 * SQLite keeps how many images each client has published: a look at its room would walk over all of them. By a trigger, which also counts what a
 * server of the version before inserts. MySQL wants SUPER for triggers where it keeps a binary log, TiDB and Vitess have none: there nothing is done.
 */
async function countOfImages(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  if (dialect !== 'sqlite') return;
  await sql`alter table clients add column images integer not null default 0`.execute(db);
  await sql`update clients set images = (select count(*) from resources where client_id = clients.id)`.execute(db);
  await sql`create trigger resources_counted after insert on resources begin
    update clients set images = images + 1 where id = new.client_id;
  end`.execute(db);
}

async function createIndex(
  db: Kysely<unknown>,
  dialect: DialectName,
  name: string,
  on: string,
  columns: string[],
): Promise<void> {
  const create = db.schema.createIndex(name).on(on).columns(columns);
  if (dialect === 'sqlite') return create.ifNotExists().execute();
  await create.execute().catch((error: unknown) => {
    if (!isDuplicateIndex(error)) throw error; // MySQL has no IF NOT EXISTS for indexes
  });
}
