import type { MysqlPoolConnection, MysqlQueryResult } from 'kysely';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2';
import { isNodeFailure } from './errors.ts';

type QueryCallback = (error: unknown, result: MysqlQueryResult) => void;

/**
 * What every connection is set to. The isolation lets a statement see what was committed while it waited for a row; a
 * process that stands still holds others for a second at most; a page's ids of one client are joined whole; on Galera, reads wait for what other nodes acknowledged.
 * Only MariaDB reads the second line's comment.
 */
const SESSION_SETTINGS = [
  'set session transaction isolation level read committed',
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 1, group_concat_max_len = 1048576" +
    ' /*M!100600 , wsrep_sync_wait = 1, idle_write_transaction_timeout = 1 */',
];

/** Asked for something on a connection whose node was given up. The statement may have happened. */
export class NodeLostError extends Error {
  override readonly name = 'NodeLostError';
  readonly code = 'PROTOCOL_CONNECTION_LOST';
}

export interface ConnectionOwner {
  readonly release: (connection: NodeConnection) => void;
  /** A statement failed in a way that says something about the node. */
  readonly failed: (connection: NodeConnection, error: unknown) => void;
}

/** One connection to one node, in the shape that Kysely's MysqlDialect expects. One statement at a time. */
export class NodeConnection implements MysqlPoolConnection {
  readonly config: object = {};
  readonly #raw: Connection;
  readonly #owner: ConnectionOwner;
  readonly #queryTimeoutMs: number;
  #pending: QueryCallback | undefined;
  #lost: { readonly cause: unknown } | undefined;

  constructor(options: ConnectionOptions, queryTimeoutMs: number, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#raw = createConnection(options);
    this.#raw.on('error', (error) => this.#owner.failed(this, error));
    for (const sql of SESSION_SETTINGS) {
      this.#raw.query(sql, (error) => {
        if (error !== null) this.#owner.failed(this, error);
      });
    }
  }

  get threadId(): number {
    return this.#raw.threadId;
  }

  connect(callback?: (error: unknown) => void): void {
    this.#raw.connect(callback);
  }

  query(sql: string, values: readonly unknown[], callback?: QueryCallback): never {
    const done: QueryCallback = (error, result) => {
      if (this.#pending !== done) return; // given up before
      this.#pending = undefined;
      if (error !== null && isNodeFailure(error)) this.#owner.failed(this, error);
      callback?.(error, result);
    };
    this.#pending = done;
    if (this.#lost !== undefined) done(this.#lost.cause, []);
    else {
      this.#raw.query({ sql, values: [...values], timeout: this.#queryTimeoutMs }, (error, result) =>
        done(error, result as MysqlQueryResult),
      );
    }
    return undefined as never; // Kysely uses the returned object for streams only, which we have none of
  }

  release(): void {
    this.#owner.release(this);
  }

  /** Closes it now; the statement in hand fails with the cause, whatever the node makes of it. */
  destroy(cause: unknown = new NodeLostError('the node was given up')): void {
    if (this.#lost !== undefined) return;
    this.#lost = { cause };
    this.#raw.destroy();
    this.#pending?.(cause, []);
  }

  get destroyed(): boolean {
    return this.#lost !== undefined;
  }
}
