import { isIP } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import { runCall } from '../calls/run.ts';
import type { CallRunner } from '../directory.ts';
import { InvalidError, UnavailableError } from '../errors.ts';
import type { MysqlEndpoint } from '../location.ts';
import { requireSchema } from '../schema/migrate.ts';
import type { Quotas } from '../sql/engine.ts';
import { createKysely, MysqlEngine } from './engine.ts';
import { fromMysql } from './errors.ts';
import { DatabaseNode, type NodeSettings } from './node.ts';
import { NodePool } from './pool.ts';
import { requireServerVersion } from './server-version.ts';

export interface PoolSettings {
  readonly deadlineMs: number;
  readonly maxWaiting: number;
  readonly connections: number;
  readonly tls?: { readonly ca?: string | undefined } | undefined;
}

export interface MysqlSettings extends PoolSettings {
  readonly quotas: Quotas;
}

const PROBE_EVERY_MS = 250;
const PROBE_TIMEOUT_MS = 500;
const SETTLING_MS = 5_000;
/** Where another node may answer, one that does not is left after this long. */
const CLUSTER_QUERY_TIMEOUT_MS = 1000;
const SINGLE_QUERY_TIMEOUT_MS = 5000;

/** A pool for these endpoints; it connects when it is first used. */
export function createPool(endpoints: readonly MysqlEndpoint[], settings: PoolSettings): NodePool {
  const several = endpoints.length > 1;
  const node: NodeSettings = {
    connections: settings.connections,
    queryTimeoutMs: several ? CLUSTER_QUERY_TIMEOUT_MS : SINGLE_QUERY_TIMEOUT_MS,
    probeEveryMs: PROBE_EVERY_MS,
    probeTimeoutMs: several ? PROBE_TIMEOUT_MS : SINGLE_QUERY_TIMEOUT_MS,
    probeAlways: several,
    settlingMs: SETTLING_MS,
  };
  return new NodePool(endpoints.map((endpoint) => new DatabaseNode(connectionOptions(endpoint, settings), node)));
}

function connectionOptions(endpoint: MysqlEndpoint, { tls }: PoolSettings): ConnectionOptions {
  const options: ConnectionOptions = { ...endpoint, charset: 'utf8mb4', multipleStatements: false };
  if (tls === undefined) return options;
  // mysql2 does not check the host's name unless told to, and checks "localhost" where it is given an IP address.
  if (isIP(endpoint.host) !== 0) throw new InvalidError('url', 'TLS checks names: give host names, not IP addresses');
  const ssl = { verifyIdentity: true, minVersion: 'TLSv1.3', ...(tls.ca !== undefined && { ca: tls.ca }) };
  return { ...options, ssl };
}

/** @throws UnavailableError: unreachable, database_too_old, not_migrated, schema_too_new */
export async function openMysql(endpoints: readonly MysqlEndpoint[], settings: MysqlSettings): Promise<CallRunner> {
  const db = createKysely(createPool(endpoints, settings));
  const engine = new MysqlEngine(db, settings.deadlineMs, settings.quotas);
  try {
    await engine.retry(async () => {
      await requireServerVersion(db);
      await requireSchema(db);
    });
  } catch (error) {
    await db.destroy();
    throw fromMysql(error);
  }

  let waiting = 0;
  let closed: UnavailableError | undefined;
  return {
    run: async (method, call) => {
      if (closed !== undefined) throw closed;
      if (waiting >= settings.maxWaiting) {
        throw new UnavailableError('overloaded', 'too many calls wait for the directory');
      }
      waiting++;
      try {
        return await runCall(engine, method, call);
      } finally {
        waiting--;
      }
    },
    close: async () => {
      closed ??= new UnavailableError('closed', 'the directory was closed');
      await db.destroy();
    },
  };
}
