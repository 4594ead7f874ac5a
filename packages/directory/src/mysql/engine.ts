/** Calls as transactions of their own, run again when the database or the node asks for it. */

import { setTimeout as delay } from 'node:timers/promises';
import { type CompiledQuery, Kysely, MysqlDialect, type QueryResult } from 'kysely';
import { UnavailableError } from '../errors.ts';
import { DEFAULT_QUOTAS } from '../limits.ts';
import type { Tables } from '../schema/tables.ts';
import { mysqlDialect } from '../sql/dialect.ts';
import { type Engine, type Quotas, Restart, type Session } from '../sql/engine.ts';
import { createSession, type QueryRunner, StatementCache } from '../sql/session.ts';
import { fromMysql, isDuplicate, isNodeFailure, isUndone } from './errors.ts';
import { OutageGrace } from './outage-grace.ts';
import type { NodePool } from './pool.ts';

export class MysqlEngine implements Engine {
  readonly #db: Kysely<Tables>;
  readonly #statements: StatementCache;
  readonly #autocommit: Session;
  readonly #deadlineMs: number;
  readonly #grace: OutageGrace = new OutageGrace();
  readonly quotas: Quotas;

  constructor(db: Kysely<Tables>, deadlineMs: number, quotas: Quotas = DEFAULT_QUOTAS) {
    this.quotas = quotas;
    this.#db = db;
    this.#statements = new StatementCache(db, mysqlDialect);
    this.#autocommit = this.#session(db);
    this.#deadlineMs = deadlineMs;
  }

  get graceMs(): number {
    return this.#grace.graceMs(performance.now());
  }

  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.retry(() => work(this.#autocommit));
  }

  apart<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.retry(() => work(this.#autocommit));
  }

  atomic<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.retry(() => this.#db.transaction().execute((transaction) => work(this.#session(transaction))));
  }

  #session(runner: QueryRunner): Session {
    return createSession(withBuffers(runner), this.#statements, isDuplicate);
  }

  async retry<T>(attempt: () => Promise<T>): Promise<T> {
    const giveUp = performance.now() + this.#deadlineMs;
    for (let tries = 1; ; tries++) {
      try {
        const value = await attempt();
        this.#grace.answered(performance.now());
        return value;
      } catch (error) {
        if (isNodeFailure(error)) this.#grace.failed(performance.now());
        if (error instanceof Restart || isUndone(error)) {
          if (performance.now() > giveUp) throw tooBusy(error);
        } else if (!isNodeFailure(error) || performance.now() > giveUp) {
          throw isDatabaseError(error) ? fromMysql(error) : error;
        }
      }
      // Full jitter, doubling up to 100 ms: those who collided must not collide again.
      await delay(Math.random() * Math.min(100, 2 ** tries));
    }
  }
}

export function createKysely(pool: NodePool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
}

/** mysql2 knows Buffers only. */
function withBuffers(runner: QueryRunner): QueryRunner {
  return {
    executeQuery: <R>(query: CompiledQuery<R>): Promise<QueryResult<R>> =>
      runner.executeQuery({
        ...query,
        parameters: query.parameters.map((value) =>
          value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value,
        ),
      }),
  };
}

function isDatabaseError(error: unknown): boolean {
  return typeof (error as { code?: unknown } | null)?.code === 'string';
}

function tooBusy(cause: unknown): UnavailableError {
  return new UnavailableError('busy', 'others kept changing the same rows', { cause });
}
