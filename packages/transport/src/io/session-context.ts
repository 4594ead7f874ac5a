import type { WorkerSockets } from './worker-sockets.ts';

/** What a session handle needs of its transport. */
export interface SessionContext {
  readonly workers: WorkerSockets;
  readonly maxMessageBytes: number;
  readonly laneTimeoutMs: number;
  now(): number;
  /** Something was asked of the core: send soon. */
  flush(): void;
}
