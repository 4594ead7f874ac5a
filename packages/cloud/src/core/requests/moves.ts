import type { Election, ServerId } from '@p2pimg/election';
import { type AnyRequest, MAX_ATTEMPT, type RequestNotice } from '@p2pimg/wire';
import type { CloudTiming } from '../config.ts';
import { Deadlines } from '../deadlines.ts';
import type { ChosenBy, MoveCause } from '../facts.ts';
import type { Outbox } from '../outbox.ts';
import { Eligibility } from './eligibility.ts';
import type { Entry } from './entry.ts';
import { Patience } from './patience.ts';
import type { RequestTable } from './table.ts';

/** When messages are slow to come, they are waited for up to so many times as long as when they are not. */
const MOST_PATIENCE = 5;
const MOST_GRACE = 4;

/** The work itself, begun and ended by the life cycle. */
export interface Work {
  /** Begins to serve the entry's request. It ends in `ended`, maybe before this returns. */
  start(now: number, entry: Entry): void;
  /** Stops it without an answer: another server has it, or nobody wants it any more. */
  stop(now: number, entry: Entry, outcome: 'yielded' | 'cancelled'): void;
  /** How long it may take at most before others stop waiting for it. */
  longestMs(request: AnyRequest): number;
}

/** What the life cycle of requests works with. */
export interface LifecycleParts {
  readonly self: ServerId;
  readonly election: Election;
  readonly table: RequestTable;
  readonly timing: CloudTiming;
  readonly out: Outbox;
  readonly work: Work;
}

/**
 * The steps of a request's life: open, named for another server, begun here, moved on, ended. Each keeps the books (phase, outstanding
 * counts, when to act next) and tells the peers what they have to know.
 */
export class Moves {
  /** From a request's arrival to the stamp of a leader that lives. */
  readonly stampWait: Patience;
  /** From a stamp to its handler's word that it has begun. */
  readonly grace: Patience;
  /** When this server acts on an open request, or gives up on the server that has it. */
  readonly actAt: Deadlines<Entry> = new Deadlines();
  readonly eligibility: Eligibility;
  readonly #self: ServerId;
  readonly #election: Election;
  readonly #table: RequestTable;
  readonly #timing: CloudTiming;
  readonly #out: Outbox;
  readonly #work: Work;

  constructor({ self, election, table, timing, out, work }: LifecycleParts) {
    this.#self = self;
    this.#election = election;
    this.#table = table;
    this.#timing = timing;
    this.#out = out;
    this.#work = work;
    this.eligibility = new Eligibility(self, election);
    this.stampWait = new Patience(timing.leaderWaitMs, MOST_PATIENCE * timing.leaderWaitMs);
    this.grace = new Patience(timing.handlingGraceMs, MOST_GRACE * timing.handlingGraceMs);
  }

  move(now: number, entry: Entry, cause: MoveCause): void {
    const { handler } = entry;
    if (handler !== undefined) {
      entry.noteFailedNow(handler);
      this.#out.report({ kind: 'moved', requestId: entry.id, from: handler, cause });
    }
    entry.stampedAt = undefined;
    this.count(now, entry, undefined);
    this.reopen(now, entry);
  }

  reopen(now: number, entry: Entry): void {
    entry.attempt += 1;
    entry.handler = undefined;
    entry.openedAt = undefined;
    this.setPhase(entry, 'open');
    this.actAt.clear(entry.actAt);
    if (entry.request !== undefined) this.open(now, entry);
  }

  /** Nobody has it: the leader stamps it, the others wait for the stamp and then act in order. */
  open(now: number, entry: Entry): void {
    if (entry.attempt > MAX_ATTEMPT) return; // it is left to its `notAfter`
    this.setPhase(entry, 'open');
    if (!this.eligibility.hasCandidate(entry)) giveAnotherChance(entry);
    if (this.eligibility.mayStamp) {
      this.#stamp(now, entry);
      return;
    }
    entry.openedAt ??= now;
    const wait = this.eligibility.mayExpectStamp(entry) ? this.stampWait.ms : this.#timing.stampWaitMs;
    const turn = this.eligibility.rankOf(entry) * this.#timing.orderGapMs;
    this.actAt.set(entry.actAt, Math.max(now, entry.openedAt + wait) + turn);
  }

  /** Somebody has begun without a stamp: the stamp that names it comes all the same, so that others learn how long stamps take. */
  confirm(entry: Entry): void {
    const { id, handler, attempt } = entry;
    if (attempt > 0 || handler === undefined || !this.eligibility.mayStamp) return;
    const { epoch } = this.#election;
    entry.epoch = epoch;
    this.tellPeers({ type: 'stamp', id, handler, epoch, attempt });
  }

  #stamp(now: number, entry: Entry): void {
    const handler = this.eligibility.chooseHandler(entry);
    const { epoch } = this.#election;
    entry.epoch = epoch;
    this.tellPeers({ type: 'stamp', id: entry.id, handler, epoch, attempt: entry.attempt });
    this.#reportChosen(entry, handler, 'leader');
    if (handler === this.#self) {
      this.#begin(now, entry, 'leader');
      return;
    }
    this.setElsewhere(now, entry, handler);
    this.awaitBeginning(now, entry);
  }

  /** A handler was named: if it does not say soon that it has begun, the next one does. */
  awaitBeginning(now: number, entry: Entry): void {
    entry.stampedAt = now;
    this.actAt.set(entry.actAt, now + this.grace.ms);
  }

  begin(now: number, entry: Entry, by: ChosenBy): void {
    this.tellPeers({ type: 'handling', id: entry.id, attempt: entry.attempt });
    this.#begin(now, entry, by);
  }

  /** The peers know already. */
  #begin(now: number, entry: Entry, by: ChosenBy): void {
    entry.handler = this.#self;
    this.setPhase(entry, 'here');
    this.actAt.clear(entry.actAt);
    this.count(now, entry, this.#self);
    this.#out.report({ kind: 'begun', by });
    if (by !== 'leader') this.#reportChosen(entry, this.#self, by);
    this.#work.start(now, entry);
  }

  setElsewhere(now: number, entry: Entry, handler: ServerId): void {
    entry.handler = handler;
    this.setPhase(entry, 'elsewhere');
    this.count(now, entry, handler);
  }

  /** How long the server that has it is believed to be at work. */
  watch(now: number, entry: Entry): void {
    if (entry.request === undefined) {
      this.actAt.clear(entry.actAt);
      return;
    }
    this.actAt.set(entry.actAt, now + this.#work.longestMs(entry.request) + this.#timing.handlingGraceMs);
  }

  yield(now: number, entry: Entry, to: ServerId): void {
    this.#work.stop(now, entry, 'yielded');
    entry.handler = to;
  }

  setPhase(entry: Entry, phase: Entry['phase']): void {
    entry.phase = phase;
    if (phase === 'answered') entry.request = undefined;
    this.#table.noteChanged(entry);
  }

  /** Moves the request in the outstanding counts to another server, or out of them. */
  count(now: number, entry: Entry, server: ServerId | undefined, serviceMs?: number): void {
    if (entry.counted === server) return;
    if (entry.counted !== undefined) this.#election.noteDone(entry.counted, serviceMs);
    if (server !== undefined) this.#election.noteAssigned(now, server);
    entry.counted = server;
  }

  #reportChosen(entry: Entry, handler: ServerId, by: ChosenBy): void {
    if (entry.request === undefined) return;
    const { id: requestId, attempt } = entry;
    this.#out.report({ kind: 'chosen', requestId, requestType: entry.request.type, handler, by, attempt });
  }

  tellPeers(notice: RequestNotice): void {
    const to = this.#election.others();
    if (to.length > 0) this.#out.push({ type: 'notify', to, notice });
  }
}

/** All have failed: maybe not for ever. The latest goes last, or an idle server that the client never hears is chosen for ever. */
function giveAnotherChance(entry: Entry): void {
  entry.failed = entry.failed.slice(-1);
}
