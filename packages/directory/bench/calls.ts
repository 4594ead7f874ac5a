/** Every call at three concurrencies, against the bare driver that runs the same statements in the same rounds. */

import { migrate, openDirectory } from '@p2pimg/directory';
import { startDatabase, tempDir } from '@p2pimg/testkit';
import type { BenchOptions, Figure } from '@p2pimg/testkit/bench';
import type { Kysely } from 'kysely';
import { parseLocation } from '../src/location.ts';
import { createKysely as createMysql } from '../src/mysql/engine.ts';
import { isDuplicate as isMysqlDuplicate } from '../src/mysql/errors.ts';
import { createPool } from '../src/mysql/open.ts';
import type { Tables } from '../src/schema/tables.ts';
import { mysqlDialect, type SqlDialect, sqliteDialect } from '../src/sql/dialect.ts';
import { NodeSqlite } from '../src/sqlite/database.ts';
import { createKysely as createSqlite } from '../src/sqlite/engine.ts';
import { isDuplicate as isSqliteDuplicate } from '../src/sqlite/errors.ts';
import { bareMysql } from './bare-mysql.ts';
import { bareSqlite } from './bare-sqlite.ts';
import type { BareDriver } from './contender.ts';
import { compare, rateOf } from './measure.ts';
import { record, unlessRefused } from './recording.ts';
import { LANES, scenarios } from './scenarios.ts';

const CONCURRENCIES = [1, 16, LANES];

interface Contest {
  readonly kind: string;
  readonly url: string;
  readonly bare: BareDriver;
  readonly dialect: SqlDialect;
  readonly db: Kysely<Tables>;
  readonly isDuplicate: (error: unknown) => boolean;
}

export async function* sqliteCalls(options: BenchOptions): AsyncGenerator<Figure> {
  const folder = await tempDir();
  const url = folder.at('directory.db');
  await migrate(url);
  using database = new NodeSqlite(url);
  const db = createSqlite(database);
  const bare = bareSqlite(url);
  yield* figuresOf({ kind: 'sqlite', url, bare, dialect: sqliteDialect, db, isDuplicate: isSqliteDuplicate }, options);
  await bare.close();
  await folder.remove();
}

export async function* mysqlCalls(options: BenchOptions): AsyncGenerator<Figure> {
  await using server = await startDatabase();
  const { url } = server;
  await migrate(url);
  const location = parseLocation(url);
  if (location.kind !== 'mysql') throw new Error('not a MySQL url');
  const db = createMysql(
    createPool(location.endpoints, { deadlineMs: 1000, maxWaiting: 1, connections: 1, tls: undefined }),
  );
  const bare = bareMysql(url);
  yield* figuresOf({ kind: 'mysql', url, bare, dialect: mysqlDialect, db, isDuplicate: isMysqlDuplicate }, options);
  await bare.close();
  await db.destroy();
}

async function* figuresOf(contest: Contest, { small }: BenchOptions): AsyncGenerator<Figure> {
  const { kind, url, bare, dialect, db, isDuplicate } = contest;
  const directory = await openDirectory(url);
  await directory.takeToken({ holder: 'somebody', turn: 0, holdMs: 3_600_000 });
  const [rounds, durationMs] = small ? [1, 5] : [3, 80];
  const ours = await scenarios(directory, 'ours');
  const theirs = await scenarios(directory, 'theirs');
  for (const [metric, [method, next]] of Object.entries(ours)) {
    const nextBare = theirs[metric]![1];
    const recording = await record(db, dialect, isDuplicate, method, () => nextBare(0));
    const { atomic } = recording;
    const run = bare.prepare(recording.statements, atomic);
    const bareCall = (at: number) => run(recording.parameters(nextBare(at)));
    // The same work is compared only if each statement meets as many rows as the directory's own did.
    const counts = await bareCall(0);
    if (String(counts) !== String(recording.counts)) {
      throw new Error(`${metric}: the bare driver met ${counts} rows, not ${recording.counts}`);
    }
    for (const concurrency of CONCURRENCIES) {
      const make = directory[method] as (call: object) => Promise<unknown>;
      const result = await compare(
        rounds,
        () => rateOf(concurrency, durationMs, (at) => make(next(at)).catch(unlessRefused)),
        () => rateOf(concurrency, durationMs, (at) => bareCall(at)),
      );
      yield {
        bench: `${kind}-calls`,
        metric: `${metric}@${concurrency}`,
        value: result.rate,
        unit: 'calls/s',
        against: atomic ? 'the bare driver, same statements in a transaction' : 'the bare driver, same statements',
        ratio: result.ratio,
      };
    }
  }
  await directory.close();
}
