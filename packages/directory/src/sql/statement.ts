/**
 * Statements that Kysely types and compiles once. Compiling costs several times what SQLite needs to run the
 * result, so a statement is built with placeholders, and each execution only puts its values in their places.
 */

import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';
import type { SqlDialect } from './dialect.ts';

export type SqlValue = string | number | Uint8Array | null;
export type SqlValues = Readonly<Record<string, SqlValue>>;

/** A statement with named values `P` that yields rows `R` (for a change: Kysely's result object). */
export interface Statement<P extends SqlValues, R> {
  readonly build: (db: Kysely<Tables>, values: P, dialect: SqlDialect) => Compilable<R>;
}

/** `statement<{ id: number }>()((db, p) => db.selectFrom('clients').selectAll().where('id', '=', p.id))` */
export function statement<P extends SqlValues>(): <R>(build: Statement<P, R>['build']) => Statement<P, R> {
  return (build) => ({ build });
}

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export interface CompiledStatement {
  /** The query with the given values. */
  readonly bind: (values: SqlValues) => CompiledQuery;
}

export function compileStatement<P extends SqlValues>(
  { build }: Statement<P, unknown>,
  db: Kysely<Tables>,
  dialect: SqlDialect,
): CompiledStatement {
  // Kysely takes the placeholders for values: it only ever carries them to the list of parameters.
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as P;
  const { query, queryId, sql, parameters } = build(db, placeholders, dialect).compile() as CompiledQuery;
  const bound = parameters.map((parameter) => (parameter instanceof Placeholder ? parameter.name : undefined));
  return {
    bind: (values) => {
      const given = parameters.slice();
      for (let index = 0; index < given.length; index++) {
        const name = bound[index];
        if (name !== undefined) given[index] = values[name];
      }
      return { query, queryId, sql, parameters: given };
    },
  };
}
