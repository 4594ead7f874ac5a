import type { ConnectionOptions } from 'mysql2';
import { type ConnectionOwner, NodeConnection, NodeLostError } from './connection.ts';
import { isNodeFailure, saysNodeIsDown } from './errors.ts';
import { NodeProbe } from './probe.ts';

export interface NodeSettings {
  /** Connections per node. */
  readonly connections: number;
  readonly queryTimeoutMs: number;
  readonly probeEveryMs: number;
  readonly probeTimeoutMs: number;
  /** Look after the node even while it answers: worth it where there is another one to go to. */
  readonly probeAlways: boolean;
  /**
   * A node that came back is preferred again only after this: it serves before it has caught up, and every write of a cluster waits
   * for the slowest member that has joined.
   */
  readonly settlingMs: number;
  /** Monotonic, ms. Default: the process's. */
  readonly now?: () => number;
}

type Acquired = (error: unknown, connection: NodeConnection | undefined) => void;

/** One database server: its connections, and whether it can be used. */
export class DatabaseNode {
  readonly #options: ConnectionOptions;
  readonly #settings: NodeSettings;
  readonly #now: () => number;
  readonly #owner: ConnectionOwner;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<NodeConnection>();
  readonly #idle: NodeConnection[] = [];
  readonly #waiting: Acquired[] = [];
  readonly #probe: NodeProbe;
  #up = true;
  /** Since when it can be used without a break; a process that begins believes all of them. */
  #upSince = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionOptions, settings: NodeSettings) {
    this.#options = { ...options, connectTimeout: settings.probeTimeoutMs };
    this.#settings = settings;
    this.#now = settings.now ?? (() => performance.now());
    this.#owner = { release: (connection) => this.#released(connection), failed: (...what) => this.#failed(...what) };
    this.#probe = new NodeProbe(this.#options, settings.probeTimeoutMs, (ready) => {
      if (!ready && this.#up) this.#down();
      if (!ready || this.#up) return;
      this.#up = true;
      this.#upSince = this.#now();
    });
    this.#timer = setInterval(() => {
      if (settings.probeAlways || !this.#up) this.#probe.check();
    }, settings.probeEveryMs);
  }

  get up(): boolean {
    return this.#up;
  }

  /** Usable, and so for long enough to be preferred. */
  get settled(): boolean {
    return this.#up && this.#now() - this.#upSince >= this.#settings.settlingMs;
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
    this.#probe.close();
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
    else if (isNodeFailure(error)) this.#probe.check();
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
}
