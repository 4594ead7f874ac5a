import { startDatabase, tempDir } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import { Kysely, MysqlDialect } from 'kysely';
import { runCall } from '../src/calls/run.ts';
import { createDirectory } from '../src/directory.ts';
import type { OpenDirectory } from '../src/index.ts';
import { migrate, UnavailableError } from '../src/index.ts';
import { parseLocation } from '../src/location.ts';
import { MysqlEngine } from '../src/mysql/engine.ts';
import { createPool } from '../src/mysql/open.ts';
import type { Tables } from '../src/schema/tables.ts';
import { createKysely, SqliteEngine } from '../src/sqlite/engine.ts';
import { Fuse, FusedSqlite, fusedPool } from './support/faults.ts';
import { difference, fingerprint } from './support/fingerprint.ts';
import { mutations } from './support/mutations.ts';

interface Fused {
  readonly directory: OpenDirectory;
  readonly db: Kysely<Tables>;
  readonly fuse: Fuse;
}

const folder = await tempDir();
const path = folder.at('directory.db');
await migrate(path);
const database = await startDatabase();
await migrate(database.url);
const closing: (() => unknown)[] = [];
test.after.always(async () => {
  for (const close of closing) await close();
  await folder.remove();
  await database.stop();
});

function fusedSqlite(): Fused {
  const fuse = new Fuse();
  const sqlite = new FusedSqlite(path, fuse);
  closing.push(() => sqlite.close());
  const engine = new SqliteEngine(sqlite, 5000);
  const directory = createDirectory({
    run: async (method, call) => {
      const [result] = await engine.write([{ method, call }], async () => {});
      if (result === undefined || 'error' in result) throw result?.error;
      return result.value;
    },
    close: async () => {},
  });
  return { directory, db: createKysely(sqlite), fuse };
}

function fusedMysql(deadlineMs: number): Fused {
  const fuse = new Fuse();
  const location = parseLocation(database.url);
  if (location.kind !== 'mysql') throw new Error('not a MySQL url');
  const pool = createPool(location.endpoints, { deadlineMs, maxWaiting: 100, connections: 4 });
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool: fusedPool(pool, fuse) }) });
  closing.push(() => db.destroy());
  const engine = new MysqlEngine(db, deadlineMs);
  const directory = createDirectory({ run: (method, call) => runCall(engine, method, call), close: async () => {} });
  return { directory, db, fuse };
}

/** Fails the call after its first statement, its second, … until it needs no more statements than that. */
async function failEverywhere(t: ExecutionContext, { directory, db, fuse }: Fused, name: string): Promise<number> {
  const prepare = mutations[name]!;
  const settle = (mutation: () => Promise<unknown>) =>
    mutation().then(
      () => 'done',
      (error: Error) => error,
    );

  const clean = await prepare(directory);
  const beforeClean = await fingerprint(db);
  const expected = await settle(clean);
  const effect = difference(beforeClean, await fingerprint(db));
  t.deepEqual(effect.claims, 1, 'every mutation leaves its claim');

  for (let statement = 1; ; statement++) {
    const mutation = await prepare(directory);
    const before = await fingerprint(db);
    fuse.failAfter(statement);
    const outcome = await settle(mutation);
    const { burnt } = fuse;
    fuse.defuse();
    if (burnt && outcome instanceof UnavailableError) {
      const made = difference(before, await fingerprint(db));
      if (Object.keys(made).length > 0) t.deepEqual(made, effect, `${name}: half done after statement ${statement}`);
      t.deepEqual(String(await settle(mutation)), String(expected));
    } else {
      t.deepEqual(String(outcome), String(expected));
    }
    t.deepEqual(difference(before, await fingerprint(db)), effect, `${name}: not once after statement ${statement}`);
    if (!burnt) return statement - 1;
  }
}

for (const name of Object.keys(mutations)) {
  test.serial(
    `D5 E5 ${name}: a failure after any statement leaves all or nothing, the repeat completes it (SQLite)`,
    async (t) => {
      const statements = await failEverywhere(t, fusedSqlite(), name);
      t.true(statements >= 5); // begin, savepoint, the claim, release, commit
    },
  );

  test.serial(
    `D5 E5 ${name}: a connection lost after any statement leaves all or nothing (MySQL, no retry)`,
    async (t) => {
      const statements = await failEverywhere(t, fusedMysql(0), name);
      t.true(statements >= 3); // begin, the claim, commit
    },
  );

  test.serial(`D5 E5 ${name}: a connection lost after any statement goes unnoticed (MySQL, retried)`, async (t) => {
    const statements = await failEverywhere(t, fusedMysql(10_000), name);
    t.true(statements >= 3);
  });
}
