import type { ServerId } from '@p2pimg/election';
import type { AnyAck, AnyRequest } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import type { CloudConfig } from '../config.ts';
import { Deadlines } from '../deadlines.ts';
import type { OperationId } from '../effects.ts';
import { AttemptEnded, NoRoom, NotNow, Refusal } from '../errors.ts';
import type { OperationResult } from '../events.ts';
import type { CloudFact } from '../facts.ts';
import type { Outbox } from '../outbox.ts';
import { networkOf } from '../procedures/address.ts';
import type { Context, Operation, Procedure, Procedures } from '../procedures/procedure.ts';
import type { Entry } from '../requests/entry.ts';
import type { Lifecycle } from '../requests/lifecycle.ts';
import type { Work } from '../requests/moves.ts';
import { errorOf, failureAck, successAck } from './acks.ts';
import { laneOf, Run } from './run.ts';
import { longestOperationMs, longestRequestMs } from './time-limits.ts';
import type { Share, Workers } from './workers.ts';

/** A client that is told to come back because everything is full waits at least this long. */
const FULL_RETRY_MS = 1_000;
/** What it is told, by whose limit has been reached. */
const FULL: Readonly<Record<Share, readonly [code: string, message: string]>> = {
  server: ['busy', 'all servers are busy'],
  client: ['busy', 'all servers are busy with requests of this client'],
  address: ['address_busy', 'all servers are busy with requests from this address'],
};

export interface RunsOptions {
  readonly self: ServerId;
  readonly config: CloudConfig;
  readonly procedures: Procedures;
  readonly workers: Workers;
  readonly out: Outbox;
  /** What a procedure sees of the world, for a request of that client. */
  readonly contextOf: (now: number, client: Client) => Context;
  /** Told of every end. */
  readonly lifecycle: () => Lifecycle;
}

type Outcome = Extract<CloudFact, { kind: 'ended' }>['outcome'];

/** The requests that this server works on: drives their procedures and turns what they yield into effects. */
export class Runs implements Work {
  readonly #options: RunsOptions;
  readonly #out: Outbox;
  readonly #workers: Workers;
  readonly #runs = new Map<string, Run>();
  readonly #operations = new Map<OperationId, Run>();
  /** When a request has to be answered or given up, whatever is still missing. */
  readonly #deadlines: Deadlines<Run> = new Deadlines();
  #lastOpId = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#out = options.out;
    this.#workers = options.workers;
  }

  get size(): number {
    return this.#runs.size;
  }

  nextTimeout(): number {
    return this.#deadlines.next();
  }

  /** A number for an operation of somebody else, from the same series. */
  nextOperation(): OperationId {
    this.#lastOpId += 1;
    return this.#lastOpId;
  }

  longestMs(request: AnyRequest): number {
    return longestRequestMs(request, this.#options.config.timing);
  }

  start(now: number, entry: Entry): void {
    const { request, client } = entry;
    if (request === undefined || client === undefined) throw new Error('a request without its client was begun');
    const context = this.#options.contextOf(now, client);
    const procedure = this.#options.procedures[request.type] as (
      context: Context,
      request: AnyRequest,
    ) => Procedure<object>;
    const until = now + this.#options.config.timing.answerMs;
    const run = new Run(now, entry, request, client, procedure(context, request), until);
    this.#runs.set(entry.id, run);
    this.#deadlines.set(run.deadline, run.until);
    // The client follows the new handler; with a worker port it hears again.
    if (entry.attempt > 0) this.#assign(run);
    this.#resume(now, run, undefined);
  }

  stop(now: number, entry: Entry, outcome: 'yielded' | 'cancelled'): void {
    const run = this.#runs.get(entry.id);
    if (run === undefined) return;
    run.procedure.return({});
    this.#reportEnd(now, run, outcome);
    this.#free(now, run);
  }

  /** An operation ended. @returns false when nobody waited for it */
  completed(now: number, opId: OperationId, result: OperationResult): boolean {
    const run = this.#operations.get(opId);
    if (run === undefined) return false;
    this.#operations.delete(opId);
    const { waitingFor } = run;
    run.opId = undefined;
    run.waitingFor = undefined;
    if (!result.ok) {
      const { failure } = result;
      const error = failure.kind === 'gone' ? new AttemptEnded(failure.message) : errorOf(failure);
      this.#throw(now, run, error);
      return true;
    }
    if (waitingFor === 'lane') {
      run.lane = result.value as number;
      this.#assign(run);
    }
    this.#resume(now, run, result.value);
    return true;
  }

  /** While this server plays dead, work stands still; but a worker port that has been opened is its own, to be closed. */
  keepLane(opId: OperationId, result: OperationResult): void {
    const run = this.#operations.get(opId);
    if (run?.waitingFor === 'lane' && result.ok) run.lane = result.value as number;
  }

  timeout(now: number): void {
    for (let run = this.#deadlines.takeDue(now); run !== undefined; run = this.#deadlines.takeDue(now)) {
      this.#abandon(run);
      this.#throw(now, run, new NotNow('timed_out', 'the work took longer than it may'));
    }
  }

  /** Goes on with what it waited for. */
  #resume(now: number, run: Run, value: unknown): void {
    let step: IteratorResult<Operation, object>;
    try {
      step = run.procedure.next(value);
    } catch (error) {
      this.#failed(now, run, error);
      return;
    }
    this.#advance(now, run, step);
  }

  /** Goes on without it. */
  #throw(now: number, run: Run, cause: Refusal | NotNow | AttemptEnded): void {
    let step: IteratorResult<Operation, object>;
    try {
      step = run.procedure.throw(cause);
    } catch (error) {
      this.#failed(now, run, error);
      return;
    }
    this.#advance(now, run, step);
  }

  #advance(now: number, run: Run, step: IteratorResult<Operation, object>): void {
    if (step.done) this.#answer(now, run, successAck(run.request, this.#options.self, step.value), 'success');
    else this.#perform(now, run, step.value);
  }

  #perform(now: number, run: Run, operation: Operation): void {
    if (operation.kind === 'worker') {
      this.#takeWorker(now, run);
      return;
    }
    const opId = this.nextOperation();
    run.opId = opId;
    run.waitingFor = operation.kind;
    this.#operations.set(opId, run);
    this.#deadlines.set(
      run.deadline,
      Math.min(run.until, now + longestOperationMs(operation, this.#options.config.timing)),
    );
    const { session } = run.client;
    const requestId = run.request.id;
    switch (operation.kind) {
      case 'directory':
        this.#out.push({ type: 'directory', opId, call: operation.call });
        break;
      case 'job':
        this.#out.push({ type: 'job', opId, job: operation.job });
        break;
      case 'lane':
        this.#out.push({ type: 'openLane', opId, session });
        return;
      case 'upload': {
        const lane = laneOf(run);
        this.#out.push({ type: 'expectUpload', opId, session, lane, requestId, bytes: operation.bytes });
        return;
      }
      case 'result': {
        const lane = laneOf(run);
        this.#out.push({ type: 'sendTransfer', opId, session, lane, requestId, bytes: operation.bytes });
        return;
      }
    }
  }

  // ---- workers ----

  #takeWorker(now: number, run: Run): void {
    const { keyHex: clientKey, address } = run.client;
    const admission = this.#workers.take(run.entry.id, { clientKey, network: networkOf(address.host) });
    if (admission === 'granted') {
      this.#giveWorker(now, run);
      return;
    }
    if (admission !== 'queued') {
      this.#out.report({ kind: 'noRoom', share: admission.full });
      this.#failed(now, run, new NoRoom(admission.full));
      return;
    }
    run.hasWorker = true; // a place in the queue is given back the same way
    this.#assign(run);
    run.until = now + this.#options.config.timing.queueMs;
    this.#deadlines.set(run.deadline, run.until);
  }

  #giveWorker(now: number, run: Run): void {
    run.hasWorker = true;
    run.until = now + this.#options.config.timing.workerMs;
    this.#deadlines.set(run.deadline, run.until);
    this.#resume(now, run, undefined);
  }

  #assign(run: Run): void {
    const assigned = { type: 'assigned', id: run.request.id, server: this.#options.self } as const;
    this.#out.sendClient(run.client.session, {
      kind: 'assigned',
      assigned: run.lane === undefined ? assigned : { ...assigned, lane: run.lane },
    });
  }

  // ---- ends ----

  #failed(now: number, run: Run, error: unknown): void {
    if (error instanceof Refusal || error instanceof NotNow) {
      const outcome = error instanceof Refusal ? 'refused' : 'error';
      this.#answer(now, run, failureAck(run.request, this.#options.self, error), outcome, error.code);
      return;
    }
    if (error instanceof NoRoom) {
      this.#noRoom(now, run, error);
      return;
    }
    if (error instanceof AttemptEnded) {
      this.#reportEnd(now, run, 'cancelled');
      this.#end(now, run, 'cancelled');
      return;
    }
    // A mistake of ours: it must not end one server after the other as they take the request over.
    this.#out.report({ kind: 'fault', requestId: run.entry.id, requestType: run.request.type, error });
    const answer = new NotNow('internal', 'the server made a mistake');
    this.#answer(now, run, failureAck(run.request, this.#options.self, answer), 'error', answer.code);
  }

  /** A full server passes the request on; only the last one refuses the client. */
  #noRoom(now: number, run: Run, { share }: NoRoom): void {
    if (this.#options.lifecycle().isLastChoice(run.entry)) {
      const [code, message] = FULL[share];
      const error = new NotNow(code, message, FULL_RETRY_MS);
      this.#answer(now, run, failureAck(run.request, this.#options.self, error), 'error', error.code);
      return;
    }
    this.#reportEnd(now, run, 'passed');
    this.#end(now, run, 'passed');
  }

  #answer(now: number, run: Run, ack: AnyAck, outcome: Outcome, code?: string): void {
    this.#out.sendClient(run.client.session, { kind: 'ack', ack });
    this.#reportEnd(now, run, outcome, code);
    this.#end(now, run, 'answered');
  }

  #end(now: number, run: Run, outcome: 'answered' | 'passed' | 'cancelled'): void {
    this.#free(now, run);
    this.#options.lifecycle().ended(now, run.entry, outcome, now - run.startedAt);
  }

  /** Gives back what the run holds; the next in the queue gets its worker. */
  #free(now: number, run: Run): void {
    const { id } = run.entry;
    this.#abandon(run);
    this.#runs.delete(id);
    this.#deadlines.clear(run.deadline);
    if (run.lane !== undefined) this.#out.push({ type: 'closeLane', session: run.client.session, lane: run.lane });
    if (!run.hasWorker) return;
    for (const next of this.#workers.release(id)) {
      const waiting = this.#runs.get(next);
      if (waiting !== undefined) this.#giveWorker(now, waiting);
    }
  }

  #abandon(run: Run): void {
    if (run.opId === undefined) return;
    this.#operations.delete(run.opId);
    this.#out.push({ type: 'abandon', opId: run.opId });
    run.opId = undefined;
  }

  #reportEnd(now: number, run: Run, outcome: Outcome, code?: string): void {
    const { id: requestId, type: requestType } = run.request;
    this.#out.report({ kind: 'ended', requestId, requestType, outcome, code, ms: now - run.startedAt });
  }
}
