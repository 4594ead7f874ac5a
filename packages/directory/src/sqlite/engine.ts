/**
 * Calls in groups: one `begin immediate … commit` carries many calls, each in a savepoint of its own, so that one sync
 * of the disk serves them all. Answers leave only after the commit.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type DialectAdapter, Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import { runCall } from '../calls/run.ts';
import { type DirectoryError, UnavailableError } from '../errors.ts';
import type { DirectoryMethod } from '../interface.ts';
import { DEFAULT_QUOTAS } from '../limits.ts';
import type { Tables } from '../schema/tables.ts';
import { sqliteDialect } from '../sql/dialect.ts';
import { type Engine, type Quotas, Restart, type Session } from '../sql/engine.ts';
import { createSession, StatementCache } from '../sql/session.ts';
import type { NodeSqlite } from './database.ts';
import { fromSqlite, isBusy, isDuplicate } from './errors.ts';

export interface QueuedCall {
  readonly method: DirectoryMethod | 'purge';
  readonly call: object;
}

export type CallResult = { readonly value: unknown } | { readonly error: DirectoryError };

const MAX_RESTARTS = 20;

export class SqliteEngine {
  readonly #database: NodeSqlite;
  readonly #deadlineMs: number;
  readonly #session: Session;
  readonly #reading: Engine;
  readonly #writing: Engine;

  constructor(database: NodeSqlite, deadlineMs: number, quotas: Quotas = DEFAULT_QUOTAS) {
    this.#database = database;
    this.#deadlineMs = deadlineMs;
    this.#session = createSession(database, new StatementCache(createKysely(database), sqliteDialect), isDuplicate);
    const savepoint: Engine['atomic'] = (work) => this.#savepoint(work);
    const plain: Engine['read'] = (work) => work(this.#session);
    this.#reading = { graceMs: 0, quotas, read: plain, apart: plain, atomic: plain };
    this.#writing = { graceMs: 0, quotas, read: plain, apart: savepoint, atomic: savepoint };
  }

  /** Not inside a transaction: must not be called while `write` is running, but for its `onWait`. */
  async read({ method, call }: QueuedCall): Promise<CallResult> {
    const giveUp = performance.now() + this.#deadlineMs;
    for (;;) {
      try {
        return { value: await runCall(this.#reading, method, call) };
      } catch (error) {
        if (!isBusy(error) || performance.now() > giveUp) return { error: fromSqlite(error) };
        await delay(jitter());
      }
    }
  }

  /**
   * One transaction for all. `onWait` runs whenever another process holds the file, before the next attempt.
   * When the transaction as a whole fails, every call gets the error, and none of them happened.
   */
  async write(group: readonly QueuedCall[], onWait: () => Promise<void>): Promise<readonly CallResult[]> {
    try {
      await this.#begin(onWait);
      const results: CallResult[] = [];
      for (const { method, call } of group) results.push(await this.#runInGroup(method, call));
      this.#database.execute('commit');
      return results;
    } catch (error) {
      this.#rollback();
      const failure = fromSqlite(error);
      return group.map(() => ({ error: failure }));
    }
  }

  async #begin(onWait: () => Promise<void>): Promise<void> {
    const giveUp = performance.now() + this.#deadlineMs;
    for (;;) {
      try {
        // A plain `begin` reads first, and cannot write any more once another process has (SQLITE_BUSY_SNAPSHOT).
        return this.#database.execute('begin immediate');
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > giveUp) {
          throw new UnavailableError('busy', 'another process holds the directory', { cause: error });
        }
      }
      await onWait();
      await delay(jitter());
    }
  }

  async #runInGroup(method: QueuedCall['method'], call: object): Promise<CallResult> {
    try {
      return { value: await runCall(this.#writing, method, call) };
    } catch (error) {
      // SQLite itself ends the transaction on a full disk and the like: nothing of the group is left to commit.
      if (!this.#database.inTransaction) throw error;
      return { error: fromSqlite(error) };
    }
  }

  async #savepoint<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#database.execute('savepoint call');
      try {
        const value = await work(this.#session);
        this.#database.execute('release call');
        return value;
      } catch (error) {
        if (!this.#database.inTransaction) throw error;
        this.#database.execute('rollback to call');
        this.#database.execute('release call');
        // Nobody else writes during our transaction, so what restarts for ever is a mistake of ours.
        if (!(error instanceof Restart) || attempt === MAX_RESTARTS) throw error;
      }
    }
  }

  #rollback(): void {
    if (this.#database.inTransaction) this.#database.execute('rollback');
  }
}

export function createKysely(database: NodeSqlite): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new NodeSqliteDialect({ database }) });
}

/** Has the migrator take all steps in one transaction, which SQLite can and Kysely does not ask of it. */
class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Two processes that failed together must not try again together. */
function jitter(): number {
  return 1 + Math.random() * 4;
}
