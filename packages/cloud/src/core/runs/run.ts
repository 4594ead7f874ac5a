import type { AnyRequest } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import type { OperationId } from '../effects.ts';
import type { Operation, Procedure } from '../procedures/procedure.ts';
import type { Entry } from '../requests/entry.ts';

/** One request that this server works on. */
export interface Run {
  readonly entry: Entry;
  readonly request: AnyRequest;
  readonly client: Client;
  readonly procedure: Procedure<object>;
  readonly startedAt: number;
  /** What it waits for, and under which number; undefined while it waits for a worker. */
  waitingFor: Operation['kind'] | undefined;
  opId: OperationId | undefined;
  /** When it has to be over, whatever it waits for. */
  until: number;
  /** The worker port that is open for it. */
  lane: number | undefined;
  hasWorker: boolean;
}

/** Where its transfers travel. */
export function laneOf({ lane }: Run): number {
  if (lane === undefined) throw new Error('a transfer without a worker port');
  return lane;
}
