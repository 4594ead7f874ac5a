/**
 * The pool under Kysely: several nodes, one preferred. Everybody writes to the first node of the list that answers, so
 * that a cluster has one writer (no certification conflicts) as long as all see the same node alive; correctness does
 * not rest on it. mysql2's PoolCluster has no query time-out, drops nodes for ever and does not count a node that
 * refuses work (error 1047) as failed.
 */

import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import { NodeLostError } from './connection.ts';
import type { DatabaseNode } from './node.ts';

export class NodePool implements MysqlPool {
  readonly #nodes: readonly DatabaseNode[];

  /** @param nodes the preferred writer first; closed with the pool */
  constructor(nodes: readonly DatabaseNode[]) {
    this.#nodes = nodes;
  }

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    const node = this.#nodes.find(({ settled }) => settled) ?? this.#nodes.find(({ up }) => up);
    if (node === undefined) callback(new NodeLostError('no database node answers'), undefined as never);
    else node.acquire((error, connection) => callback(error, connection as MysqlPoolConnection));
  }

  end(callback: (error: unknown) => void): void {
    for (const node of this.#nodes) node.close();
    callback(null);
  }
}
