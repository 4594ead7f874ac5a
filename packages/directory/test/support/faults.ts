/** Databases whose n-th statement is carried out and then reported as failed, the connection lost. */

import type { MysqlPool, MysqlPoolConnection, SqliteStatement } from 'kysely';
import { NodeSqlite } from '../../src/sqlite/database.ts';

/** Counts statements; `failAfter` names the one to fail at, once. */
export class Fuse {
  #left = Number.POSITIVE_INFINITY;

  failAfter(statement: number): void {
    this.#left = statement;
  }

  /** Whether it has burnt since it was set. */
  get burnt(): boolean {
    return this.#left <= 0;
  }

  defuse(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** Says whether the statement that was just carried out is the one. */
  passed(): boolean {
    this.#left -= 1;
    return this.#left === 0;
  }
}

export class FusedSqlite extends NodeSqlite {
  readonly #fuse: Fuse;

  constructor(path: string, fuse: Fuse) {
    super(path);
    this.#fuse = fuse;
  }

  override prepare(sql: string): SqliteStatement {
    const statement = super.prepare(sql);
    const then = <T>(result: T): T => {
      if (this.#fuse.passed()) throw Object.assign(new Error('injected'), { errcode: 10, errstr: 'disk I/O error' });
      return result;
    };
    return {
      reader: statement.reader,
      all: (parameters) => then(statement.all(parameters)),
      run: (parameters) => then(statement.run(parameters)),
      iterate: (parameters) => statement.iterate(parameters),
    };
  }
}

export function fusedPool(pool: MysqlPool, fuse: Fuse): MysqlPool {
  return {
    getConnection: (callback) =>
      pool.getConnection((error, connection) => callback(error, connection && fusedConnection(connection, fuse))),
    end: (callback) => pool.end(callback),
  };
}

function fusedConnection(connection: MysqlPoolConnection, fuse: Fuse): MysqlPoolConnection {
  return new Proxy(connection, {
    get: (target, key) => {
      if (key !== 'query') {
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (sql: string, parameters: unknown, callback: (error: unknown, result: never) => void) =>
        target.query(sql, parameters, (error, result) => {
          if (!fuse.passed()) return callback(error, result as never);
          target.destroy();
          callback(Object.assign(new Error('injected'), { code: 'ECONNRESET', fatal: true }), [] as never);
        });
    },
  });
}
