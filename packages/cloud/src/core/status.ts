import type { GroupView } from '@p2pimg/election';

/** What a server is doing, for `/statusz`. */
export interface CloudStatus {
  readonly group: GroupView;
  readonly isLeader: boolean;
  /** Playing dead (SPEC E6). */
  readonly silent: boolean;
  readonly tokenTurn: number | undefined;
  readonly tokenHolder: string | undefined;
  readonly sessions: number;
  /** Request ids remembered; those not yet answered by anybody; those that this server works on. */
  readonly remembered: number;
  readonly unanswered: number;
  readonly working: number;
  readonly workersBusy: number;
  readonly workersWaiting: number;
}
