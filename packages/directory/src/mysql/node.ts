import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2';
import { type ConnectionOwner, NodeConnection, NodeLostError } from './connection.ts';
import { isNodeFailure, saysNodeIsDown } from './errors.ts';

export interface NodeSettings {
  /** Connections per node. */
  readonly connections: number;
  readonly queryTimeoutMs: number;
  readonly probeEveryMs: number;
  readonly probeTimeoutMs: number;
  /** Look after the node even while it answers: worth it where there is another one to go to. */
  readonly probeAlways: boolean;
}

type Acquired = (error: unknown, connection: NodeConnection | undefined) => void;

// A MariaDB without Galera has these too: then it names no provider.
const PROBE = "show global status where variable_name in ('wsrep_ready', 'wsrep_provider_name')";

/** One database server: its connections, and whether it can be used. */
export class DatabaseNode {
  readonly #options: ConnectionOptions;
  readonly #settings: NodeSettings;
  readonly #owner: ConnectionOwner;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<NodeConnection>();
  readonly #idle: NodeConnection[] = [];
  readonly #waiting: Acquired[] = [];
  #probe: Connection | undefined;
  #probing = false;
  #up = true;

  constructor(options: ConnectionOptions, settings: NodeSettings) {
    this.#options = { ...options, connectTimeout: settings.probeTimeoutMs };
    this.#settings = settings;
    this.#owner = { release: (connection) => this.#released(connection), failed: (...what) => this.#failed(...what) };
    this.#timer = setInterval(() => {
      if (settings.probeAlways || !this.#up) this.#check();
    }, settings.probeEveryMs);
  }

  get up(): boolean {
    return this.#up;
  }

  acquire(acquired: Acquired): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      acquired(null, idle);
      return;
    }
    if (this.#open.size >= this.#settings.connections) {
      this.#waiting.push(acquired);
      return;
    }
    const connection = new NodeConnection(this.#options, this.#settings.queryTimeoutMs, this.#owner);
    this.#open.add(connection);
    acquired(null, connection);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#up = false;
    this.#probe?.destroy();
    this.#dropAll('the directory was closed');
  }

  #released(connection: NodeConnection): void {
    if (connection.destroyed) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(null, connection);
  }

  #failed(connection: NodeConnection, error: unknown): void {
    if (!this.#open.delete(connection)) return;
    const idle = this.#idle.indexOf(connection);
    if (idle >= 0) this.#idle.splice(idle, 1);
    connection.destroy(error);
    if (saysNodeIsDown(error)) this.#down();
    else if (isNodeFailure(error)) this.#check();
    // Its place is free: the next in line gets a new connection.
    const next = this.#waiting.shift();
    if (next !== undefined) this.acquire(next);
  }

  #down(): void {
    this.#up = false;
    this.#dropAll('the node was given up');
  }

  #dropAll(why: string): void {
    const open = [...this.#open];
    this.#open.clear();
    this.#idle.length = 0;
    for (const connection of open) connection.destroy(new NodeLostError(why));
    for (const acquired of this.#waiting.splice(0)) acquired(new NodeLostError(why), undefined);
  }

  #check(): void {
    if (this.#probing) return;
    this.#probing = true;
    this.#probe ??= this.#newProbe();
    const connection = this.#probe;
    const conclude = (ready: boolean): void => {
      if (!this.#probing || connection !== this.#probe) return;
      clearTimeout(timer);
      this.#probing = false;
      if (!ready) {
        this.#probe = undefined;
        connection.destroy();
        if (this.#up) this.#down();
      } else this.#up = true;
    };
    const timer = setTimeout(() => conclude(false), this.#settings.probeTimeoutMs);
    connection.once('error', () => conclude(false));
    connection.query<RowDataPacket[]>(PROBE, (error, rows) => conclude(error === null && isReady(rows)));
  }

  #newProbe(): Connection {
    const connection = createConnection(this.#options);
    connection.on('error', () => {
      // Between two probes: the next one makes a new connection.
      if (connection === this.#probe && !this.#probing) this.#probe = undefined;
    });
    return connection;
  }
}

function isReady(rows: readonly RowDataPacket[]): boolean {
  const status = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  return !status.get('wsrep_provider_name') || status.get('wsrep_ready') === 'ON';
}
