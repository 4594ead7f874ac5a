import type { AnyRequest } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import { Deadline } from '../deadlines.ts';
import type { OperationId } from '../effects.ts';
import type { Operation, Procedure } from '../procedures/procedure.ts';
import type { Entry } from '../requests/entry.ts';

/** One request that this server works on. */
export class Run {
  readonly entry: Entry;
  readonly request: AnyRequest;
  readonly client: Client;
  readonly procedure: Procedure<object>;
  readonly startedAt: number;
  /** What it waits for, and under which number; undefined while it waits for a worker. */
  waitingFor: Operation['kind'] | undefined = undefined;
  opId: OperationId | undefined = undefined;
  /** When it has to be over, whatever it waits for. */
  until: number;
  /** When what it waits for has to be there. */
  readonly deadline: Deadline<Run> = new Deadline<Run>(this);
  /** The worker port that is open for it. */
  lane: number | undefined = undefined;
  hasWorker = false;

  constructor(
    startedAt: number,
    entry: Entry,
    request: AnyRequest,
    client: Client,
    procedure: Procedure<object>,
    until: number,
  ) {
    this.startedAt = startedAt;
    this.entry = entry;
    this.request = request;
    this.client = client;
    this.procedure = procedure;
    this.until = until;
  }
}

/** Where its transfers travel. */
export function laneOf({ lane }: Run): number {
  if (lane === undefined) throw new Error('a transfer without a worker port');
  return lane;
}
