/** A Galera cluster on loopback (Debian's mariadb-server and galera-4), each node a process that may be killed. */

import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';
import {
  type Exit,
  findProgram,
  freeTcpPort,
  provide,
  type SpawnedProcess,
  spawnProcess,
  tempDir,
} from '@p2pimg/testkit';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

const run = promisify(execFile);

/** As root the state transfer's rsync would drop its rights and fail. */
const USER = process.getuid?.() === 0 ? ['--user=mysql'] : [];

/**
 * Members are given up after 1 s of silence by all, 2 s by one; a new view is agreed on within 2 s. What is left at Galera's defaults, a check
 * each 0.5 s and a join message repeated each 1 s, uses up that time: one lost message, and the survivors expel each other (decision 0605).
 */
const EVICTION =
  'evs.keepalive_period=PT0.3S;evs.suspect_timeout=PT1S;evs.inactive_timeout=PT2S;evs.install_timeout=PT2S;' +
  'evs.inactive_check_period=PT0.1S;evs.join_retrans_period=PT0.2S';

interface NodePorts {
  readonly sql: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

export interface GaleraCluster {
  readonly ports: readonly number[];
  /** `mysql://root@…/p2pimg`, all nodes, the one with this index first. */
  readonly url: (first: number) => string;
  readonly signal: (node: number, signal: NodeJS.Signals) => void;
  /** Starts a node that has ended, and waits until it is in step again. */
  readonly restart: (node: number) => Promise<void>;
  /** Resolves when the node answers and is in step with the others. */
  readonly synced: (node: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @throws Error when Galera is missing and may not be installed */
export async function startGalera(size = 3): Promise<GaleraCluster> {
  const [missing] = await provide(['galera']);
  if (missing !== undefined) throw new Error(missing.reason);
  const program = findProgram('mariadbd') as string;
  const dir = await tempDir('p2pimg-galera-');
  await run(findProgram('mariadb-install-db') as string, [
    '--no-defaults',
    ...(USER.length > 0 ? ['--user=root'] : []), // the folder is still root's
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
    `--datadir=${dir.at('template')}`,
  ]);

  const ports: NodePorts[] = [];
  for (let node = 0; node < size; node++) {
    ports.push({
      sql: await freeTcpPort(),
      group: await freeTcpPort(),
      ist: await freeTcpPort(),
      sst: await freeTcpPort(),
    });
    await mkdir(dir.at(`${node}`));
    await cp(dir.at('template'), dir.at(`${node}`, 'data'), { recursive: true });
  }
  if (USER.length > 0) await run('chown', ['-R', 'mysql:mysql', dir.path]);

  const start = (node: number, bootstrap: boolean): Promise<SpawnedProcess> =>
    spawnProcess(program, nodeArguments(dir.at(`${node}`), ports, node, bootstrap));
  const nodes: SpawnedProcess[] = [];
  const synced = async (node: number): Promise<void> => {
    let ended: Exit | undefined;
    void nodes[node]!.exited.then((exit) => {
      ended = exit;
    });
    for (let waits = 1; !(await isSynced(ports[node]!.sql)); waits++) {
      // On a crowded machine the others may have lost each other too, and the majority with it.
      if (waits % 100 === 0) await bootstrapMostAdvanced(ports.map(({ sql }) => sql));
      if (ended !== undefined) throw new Error(`a node has ended:\n${nodes[node]!.stderr.slice(-3000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  for (let node = 0; node < size; node++) {
    nodes.push(await start(node, node === 0));
    await synced(node);
  }
  const admin = await createConnection({ host: '127.0.0.1', port: ports[0]!.sql, user: 'root' });
  await admin.query('create database p2pimg character set utf8mb4');
  await admin.end();

  return {
    ports: ports.map(({ sql }) => sql),
    url: (first) => {
      const order = ports.map((_, index) => ports[(first + index) % size]!);
      return `mysql://root@${order.map(({ sql }) => `127.0.0.1:${sql}`).join(',')}/p2pimg`;
    },
    signal: (node, signal) => void nodes[node]!.signal(signal),
    restart: async (node) => {
      await nodes[node]!.exited;
      nodes[node] = await start(node, false);
      await synced(node);
    },
    synced,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await dir.remove();
    },
  };
}

function nodeArguments(home: string, ports: readonly NodePorts[], node: number, bootstrap: boolean): string[] {
  const { sql, group, ist, sst } = ports[node]!;
  const members = ports.map((each) => `127.0.0.1:${each.group}`).join(',');
  return [
    '--no-defaults',
    ...USER,
    ...(bootstrap ? ['--wsrep-new-cluster'] : []),
    `--datadir=${home}/data`,
    `--socket=${home}/s`,
    `--pid-file=${home}/pid`,
    `--port=${sql}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=32M',
    '--innodb-flush-log-at-trx-commit=2',
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--wsrep-on=ON',
    '--wsrep-provider=/usr/lib/galera/libgalera_smm.so',
    `--wsrep-cluster-address=gcomm://${members}`,
    '--wsrep-cluster-name=p2pimg-test',
    `--wsrep-node-name=node${node}`,
    '--wsrep-node-address=127.0.0.1',
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${sst}`,
    '--wsrep-slave-threads=2',
    // Not from the node that is written to: a donor holds writes while it copies.
    `--wsrep-sst-donor=node${node === 2 ? 1 : 2},`,
    `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};gcache.size=16M;${EVICTION}`,
  ];
}

async function isSynced(port: number): Promise<boolean> {
  return (await status(port)).get('wsrep_local_state_comment') === 'Synced';
}

/** What an operator does when no part of the cluster has the majority: the node that knows most goes on alone. */
async function bootstrapMostAdvanced(ports: readonly number[]): Promise<void> {
  const states = await Promise.all(ports.map(async (port) => ({ port, state: await status(port) })));
  if (states.some(({ state }) => state.get('wsrep_cluster_status') === 'Primary')) return;
  const committed = (state: ReadonlyMap<string, string>): number => Number(state.get('wsrep_last_committed') ?? -1);
  const [best] = states.toSorted((a, b) => committed(b.state) - committed(a.state));
  if (best !== undefined) await query(best.port, "set global wsrep_provider_options = 'pc.bootstrap=YES'");
}

/** The node's wsrep variables; none when it does not answer. */
async function status(port: number): Promise<ReadonlyMap<string, string>> {
  const rows = await query(port, "show status like 'wsrep_%'");
  return new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
}

async function query(port: number, sql: string): Promise<RowDataPacket[]> {
  try {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 1000 });
    connection.on('error', () => {});
    try {
      const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: 2000 });
      return Array.isArray(rows) ? rows : [];
    } finally {
      connection.destroy();
    }
  } catch {
    return []; // frozen, ended, or not there yet
  }
}
