import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from '../schema/tables.ts';
import type { SqlDialect } from './dialect.ts';
import type { Session } from './engine.ts';
import { type CompiledStatement, compileStatement, type SqlValues, type Statement } from './statement.ts';

/** The compiled statements of one database. */
export class StatementCache {
  readonly #compiled = new Map<Statement<never, unknown>, CompiledStatement>();
  readonly #db: Kysely<Tables>;
  readonly #dialect: SqlDialect;

  constructor(db: Kysely<Tables>, dialect: SqlDialect) {
    this.#db = db;
    this.#dialect = dialect;
  }

  bind<P extends SqlValues>(statement: Statement<P, unknown>, values: P): CompiledQuery {
    let compiled = this.#compiled.get(statement);
    if (compiled === undefined) {
      compiled = compileStatement(statement, this.#db, this.#dialect);
      this.#compiled.set(statement, compiled);
    }
    return compiled.bind(values);
  }
}

/** What runs a compiled query: a Kysely instance, or a transaction of it. */
export interface QueryRunner {
  executeQuery<R>(query: CompiledQuery<R>): Promise<QueryResult<R>>;
}

export function createSession(
  runner: QueryRunner,
  statements: StatementCache,
  isDuplicate: (error: unknown) => boolean,
): Session {
  const run = <P extends SqlValues, R>(statement: Statement<P, R>, values: P): Promise<QueryResult<R>> =>
    runner.executeQuery(statements.bind(statement, values) as CompiledQuery<R>);
  return {
    rows: async (statement, values) => (await run(statement, values)).rows,
    first: async (statement, values) => (await run(statement, values)).rows[0],
    change: async (statement, values) => Number((await run(statement, values)).numAffectedRows ?? 0),
    write: async (statement, values) => {
      try {
        const { numAffectedRows = 0, insertId = 0 } = await run(statement, values);
        return { rows: Number(numAffectedRows), duplicate: false, id: Number(insertId) };
      } catch (error) {
        if (isDuplicate(error)) return { rows: 0, duplicate: true, id: 0 };
        throw error;
      }
    },
  };
}
