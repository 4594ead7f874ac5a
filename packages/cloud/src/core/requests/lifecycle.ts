import type { Election, ServerId } from '@p2pimg/election';
import type { AnyRequest, Done, Handling, RequestNotice, Stamp } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import type { CloudTiming } from '../config.ts';
import { Deadlines } from '../deadlines.ts';
import type { ChosenBy, MoveCause } from '../facts.ts';
import type { Outbox } from '../outbox.ts';
import type { Entry } from './entry.ts';
import { Patience } from './patience.ts';
import type { RequestTable } from './table.ts';

/** Attempts that a stamp can count; past it a request is left to its `notAfter`. */
const MAX_ATTEMPT = 1000;
/** When messages are slow to come, they are waited for up to so many times as long as when they are not. */
const MOST_PATIENCE = 10;
const MOST_GRACE = 4;
/** How long the id of a request is kept that only peers have spoken of. */
const NOTICE_KEEPING_MS = 60_000;

/** The work itself, begun and ended by the life cycle. */
export interface Work {
  /** Begins to serve the entry's request. It ends in `ended`, maybe before this returns. */
  start(now: number, entry: Entry): void;
  /** Stops it without an answer: another server has it, or nobody wants it any more. */
  stop(now: number, entry: Entry, outcome: 'yielded' | 'cancelled'): void;
  /** How long it may take at most before others stop waiting for it. */
  longestMs(request: AnyRequest): number;
}

/**
 * Who handles which request (SPEC S2, E3, E5): the leader stamps each with its handler; without a stamp the servers act by
 * themselves in rendezvous order; the handler tells its peers, and when it fails the next in order takes over.
 *
 * Nothing here makes an effect happen once: that is the directory's claim. This only keeps two servers from doing the
 * same work, and none from doing it.
 */
export class Lifecycle {
  readonly #self: ServerId;
  readonly #election: Election;
  readonly #table: RequestTable;
  readonly #timing: CloudTiming;
  readonly #out: Outbox;
  readonly #work: Work;
  /** From a request's arrival to the leader's stamp. */
  readonly #stampWait: Patience;
  /** From a stamp to its handler's word that it has begun. */
  readonly #grace: Patience;
  /** When this server acts on an open request, or gives up on the server that has it. */
  readonly #actAt: Deadlines = new Deadlines();

  constructor(self: ServerId, election: Election, table: RequestTable, timing: CloudTiming, out: Outbox, work: Work) {
    this.#self = self;
    this.#election = election;
    this.#table = table;
    this.#timing = timing;
    this.#out = out;
    this.#work = work;
    this.#stampWait = new Patience(timing.stampWaitMs, MOST_PATIENCE * timing.stampWaitMs);
    this.#grace = new Patience(timing.handlingGraceMs, MOST_GRACE * timing.handlingGraceMs);
  }

  nextTimeout(): number {
    return Math.min(this.#actAt.next(), this.#table.nextExpiry());
  }

  // ---- from clients ----

  /** A request came from its client; `forgetAt` is past the time at which the client still wants it. */
  arrive(now: number, request: AnyRequest, client: Client, forgetAt: number): void {
    const known = this.#table.get(request.id);
    if (known?.client !== undefined) {
      this.#arriveAgain(now, known, request, client, forgetAt);
      return;
    }
    const entry = known ?? this.#table.add(request.id, forgetAt);
    if (entry === undefined) {
      this.#out.report({ kind: 'turnedAway', code: 'overloaded' });
      return;
    }
    entry.request = request;
    entry.client = client;
    this.#table.noteClient(entry);
    this.#table.keepUntil(entry, forgetAt);
    for (const server of request.tried) entry.failed.add(server);
    if (entry.phase === 'answered' || entry.phase === 'cancelled') return;
    if (entry.phase === 'elsewhere' && request.tried.includes(entry.handler ?? '')) this.#move(now, entry, 'tried');
    else if (entry.phase === 'elsewhere') {
      this.#watch(now, entry);
      this.#confirm(entry);
    } else if (entry.handler === this.#self) this.#begin(now, entry, 'leader');
    else this.#open(now, entry);
  }

  #arriveAgain(now: number, entry: Entry, request: AnyRequest, client: Client, forgetAt: number): void {
    const newSession = entry.client?.session !== client.session;
    entry.request = request;
    entry.client = client;
    this.#table.keepUntil(entry, forgetAt);
    const given = request.tried.filter((server) => !entry.failed.has(server));
    for (const server of given) entry.failed.add(server);
    switch (entry.phase) {
      case 'here':
        // Lanes belong to a session: what was begun in the last one cannot be finished in this one.
        if (!newSession) {
          this.#out.report({ kind: 'duplicate', requestId: entry.id });
          return;
        }
        this.#work.stop(now, entry, 'cancelled');
        this.#begin(now, entry, 'take-over');
        break;
      case 'elsewhere':
        if (entry.handler !== undefined && given.includes(entry.handler)) {
          this.#move(now, entry, 'tried');
          return;
        }
        this.#out.report({ kind: 'duplicate', requestId: entry.id });
        break;
      case 'open':
        this.#open(now, entry);
        break;
      case 'answered':
        this.#answerAgain(now, entry, request.tried);
        break;
      case 'cancelled':
        entry.attempt += 1;
        this.#open(now, entry);
        break;
    }
  }

  /** The answer did not arrive, or was an error: who gave it gives it again, and if it cannot, somebody else does. */
  #answerAgain(now: number, entry: Entry, tried: readonly ServerId[]): void {
    if (entry.handler !== undefined && tried.includes(entry.handler)) {
      this.#move(now, entry, 'tried');
      return;
    }
    // It may have crossed the answer, or be a slower copy of the sending that was just answered.
    if (now - entry.answeredAt < this.#timing.handlingGraceMs) {
      this.#out.report({ kind: 'duplicate', requestId: entry.id });
      return;
    }
    if (entry.handler === this.#self) {
      this.#begin(now, entry, 'order');
      return;
    }
    this.#setPhase(entry, 'elsewhere');
    if (entry.handler === undefined || entry.failed.has(entry.handler)) {
      this.#move(now, entry, 'tried');
      return;
    }
    this.#actAt.set(entry.id, now + this.#timing.handlingGraceMs);
  }

  /** The client ends the attempt at this server. */
  cancel(now: number, id: string, client: Client): void {
    const entry = this.#table.get(id);
    if (entry?.phase !== 'here' || entry.client?.keyHex !== client.keyHex) return;
    this.#work.stop(now, entry, 'cancelled');
    this.ended(now, entry, 'cancelled');
  }

  /** A session is gone: work that needs it ends; the client comes again when it is back. */
  sessionDown(now: number, client: Client): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase !== 'here' || entry.client?.session !== client.session) continue;
      this.#work.stop(now, entry, 'cancelled');
      this.ended(now, entry, 'cancelled');
    }
  }

  // ---- from the work ----

  ended(now: number, entry: Entry, outcome: Done['outcome'], serviceMs?: number): void {
    this.#tellPeers({ type: 'done', id: entry.id, attempt: entry.attempt, outcome });
    this.#count(now, entry, undefined, serviceMs);
    this.#actAt.clear(entry.id);
    if (outcome === 'passed') {
      entry.failed.add(this.#self);
      this.#reopen(now, entry);
      return;
    }
    if (outcome === 'answered') entry.answeredAt = now;
    this.#setPhase(entry, outcome);
  }

  /** Whether no other server is left that could take the request. */
  isLastChoice(entry: Entry): boolean {
    return this.#candidates(entry).every((server) => server === this.#self);
  }

  // ---- from peers ----

  notice(now: number, from: ServerId, message: RequestNotice): void {
    const entry = this.#table.get(message.id) ?? this.#table.add(message.id, now + NOTICE_KEEPING_MS);
    if (entry === undefined) {
      this.#out.report({ kind: 'turnedAway', code: 'overloaded' });
      return;
    }
    switch (message.type) {
      case 'stamp':
        this.#onStamp(now, entry, message);
        break;
      case 'handling':
        this.#onHandling(now, entry, from, message);
        break;
      case 'done':
        this.#onDone(now, entry, from, message);
        break;
    }
  }

  #onStamp(now: number, entry: Entry, { handler, epoch, attempt }: Stamp): void {
    if (attempt === 0) {
      // Also of one that comes too late to be followed.
      this.#stampWait.came(entry.openedAt === undefined ? 0 : now - entry.openedAt);
      entry.openedAt = undefined;
    }
    const older = epoch < entry.epoch || attempt < entry.attempt;
    if (older || (entry.phase !== 'open' && attempt === entry.attempt)) return;
    entry.epoch = epoch;
    entry.attempt = attempt;
    if (handler === this.#self) {
      if (entry.phase === 'here') return;
      this.#setPhase(entry, 'open');
      this.#count(now, entry, handler);
      entry.handler = handler;
      if (entry.request !== undefined) this.#begin(now, entry, 'leader');
      else this.#actAt.set(entry.id, now + this.#grace.ms);
      return;
    }
    if (entry.phase === 'here') this.#yield(now, entry, handler);
    this.#setElsewhere(now, entry, handler);
    this.#awaitBeginning(now, entry);
  }

  #onHandling(now: number, entry: Entry, from: ServerId, { attempt }: Handling): void {
    if (entry.stampedAt !== undefined) {
      this.#grace.came(now - entry.stampedAt);
      entry.stampedAt = undefined;
    }
    if (attempt < entry.attempt || entry.phase === 'answered') return;
    if (entry.phase === 'here') {
      if (attempt === entry.attempt && !this.#goesBefore(from, entry)) return;
      this.#yield(now, entry, from);
    }
    entry.attempt = attempt;
    this.#setElsewhere(now, entry, from);
    this.#watch(now, entry);
  }

  #onDone(now: number, entry: Entry, from: ServerId, { attempt, outcome }: Done): void {
    if (outcome === 'answered') {
      if (entry.phase === 'here') this.#yield(now, entry, from);
      entry.attempt = Math.max(entry.attempt, attempt);
      entry.handler = from;
      entry.answeredAt = now;
      this.#count(now, entry, undefined);
      this.#actAt.clear(entry.id);
      this.#setPhase(entry, 'answered');
      return;
    }
    if (outcome === 'passed') entry.failed.add(from);
    const current = entry.handler === from && entry.phase === 'elsewhere' && attempt >= entry.attempt;
    if (!current) return;
    if (outcome === 'passed') {
      this.#move(now, entry, 'passed');
      return;
    }
    this.#count(now, entry, undefined);
    this.#actAt.clear(entry.id);
    this.#setPhase(entry, 'cancelled');
  }

  /** Both began the same attempt: the first in the request's order, which does not depend on loads, keeps it. */
  #goesBefore(other: ServerId, entry: Entry): boolean {
    this.#out.report({ kind: 'doubled', requestId: entry.id, other });
    const order = this.#election.rendezvousOrder({ requestId: entry.id, tried: [], reachable: [] });
    return order.indexOf(other) < order.indexOf(this.#self);
  }

  #yield(now: number, entry: Entry, to: ServerId): void {
    this.#work.stop(now, entry, 'yielded');
    entry.handler = to;
  }

  // ---- from election ----

  /** A peer is suspected, or has lost its memory: what it had moves on. */
  peerFailed(now: number, peer: ServerId, cause: 'suspected' | 'restarted'): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase === 'elsewhere' && entry.handler === peer) this.#move(now, entry, cause);
    }
  }

  /** The view is another one: who acts on open requests, and when, is worked out again. */
  viewChanged(now: number): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase === 'open' && entry.request !== undefined && entry.handler === undefined) this.#open(now, entry);
    }
  }

  /** This server stood still or was doubted: who still has what is said again. */
  repeatHandling(): void {
    for (const { id, phase, attempt } of this.#table.unanswered()) {
      if (phase === 'here') this.#tellPeers({ type: 'handling', id, attempt });
    }
  }

  /** This server was down on purpose: whatever it knew of is the others' now, unless the client comes again. */
  forsake(now: number): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase === 'here') this.#work.stop(now, entry, 'yielded');
      this.#count(now, entry, undefined);
      this.#actAt.clear(entry.id);
      this.#setPhase(entry, 'cancelled');
    }
  }

  // ---- time ----

  timeout(now: number): void {
    for (let id = this.#actAt.takeDue(now); id !== undefined; id = this.#actAt.takeDue(now)) {
      const entry = this.#table.get(id);
      if (entry?.phase === 'open') this.#act(now, entry);
      else if (entry?.phase === 'elsewhere') this.#giveUpOn(now, entry);
    }
    for (let entry = this.#table.takeExpired(now); entry !== undefined; entry = this.#table.takeExpired(now)) {
      this.#actAt.clear(entry.id);
      if (entry.phase === 'here') this.#work.stop(now, entry, 'cancelled');
      this.#count(now, entry, undefined);
    }
  }

  #act(now: number, entry: Entry): void {
    if (entry.request === undefined) {
      // Stamped for this server, which the client does not reach: by now the others have given it to the next.
      this.#count(now, entry, undefined);
      return;
    }
    if (!this.#mayServe()) {
      this.#actAt.set(entry.id, now + this.#timing.retryMs);
      return;
    }
    this.#begin(now, entry, entry.attempt === 0 ? 'order' : 'take-over');
  }

  #giveUpOn(now: number, entry: Entry): void {
    // Who never got the request cannot take it over; the client's next sending finds the entry.
    if (entry.request === undefined) return;
    this.#move(now, entry, 'silent');
  }

  // ---- moves ----

  #move(now: number, entry: Entry, cause: MoveCause): void {
    const { handler } = entry;
    if (handler !== undefined) {
      entry.failed.delete(handler); // the latest is the last one
      entry.failed.add(handler);
      this.#out.report({ kind: 'moved', requestId: entry.id, from: handler, cause });
    }
    this.#count(now, entry, undefined);
    this.#reopen(now, entry);
  }

  #reopen(now: number, entry: Entry): void {
    entry.attempt += 1;
    entry.handler = undefined;
    this.#setPhase(entry, 'open');
    this.#actAt.clear(entry.id);
    if (entry.request !== undefined) this.#open(now, entry);
  }

  /** Nobody has it: the leader stamps it, the others wait for the stamp and then act in order. */
  #open(now: number, entry: Entry): void {
    if (entry.attempt > MAX_ATTEMPT) return;
    this.#setPhase(entry, 'open');
    if (this.#candidates(entry).length === 0) this.#giveAnotherChance(entry);
    if (this.#election.isLeader && this.#mayServe()) {
      this.#stamp(now, entry);
      return;
    }
    const rank = Math.max(0, this.#order(entry).indexOf(this.#self));
    entry.openedAt ??= now;
    this.#actAt.set(entry.id, now + this.#stampWait.ms + rank * this.#timing.orderGapMs);
  }

  /** All have failed: maybe not for ever. The latest goes last, or an idle server that the client never hears is chosen for ever. */
  #giveAnotherChance(entry: Entry): void {
    const latest = [...entry.failed].at(-1);
    entry.failed.clear();
    if (latest !== undefined) entry.failed.add(latest);
  }

  /** Somebody has begun without a stamp: the stamp that names it comes all the same, so that others learn how long stamps take. */
  #confirm(entry: Entry): void {
    const { id, handler, attempt } = entry;
    if (attempt > 0 || handler === undefined || !this.#election.isLeader || !this.#mayServe()) return;
    const { epoch } = this.#election;
    entry.epoch = epoch;
    this.#tellPeers({ type: 'stamp', id, handler, epoch, attempt });
  }

  #stamp(now: number, entry: Entry): void {
    const handler = this.#election.chooseHandler(this.#choice(entry));
    const { epoch } = this.#election;
    entry.epoch = epoch;
    this.#tellPeers({ type: 'stamp', id: entry.id, handler, epoch, attempt: entry.attempt });
    this.#reportChosen(entry, handler, 'leader');
    if (handler === this.#self) {
      this.#begin(now, entry, 'leader');
      return;
    }
    this.#setElsewhere(now, entry, handler);
    this.#awaitBeginning(now, entry);
  }

  /** A handler was named: if it does not say soon that it has begun, the next one does. */
  #awaitBeginning(now: number, entry: Entry): void {
    entry.stampedAt = now;
    this.#actAt.set(entry.id, now + this.#grace.ms);
  }

  #begin(now: number, entry: Entry, by: ChosenBy): void {
    entry.handler = this.#self;
    this.#setPhase(entry, 'here');
    this.#actAt.clear(entry.id);
    this.#count(now, entry, this.#self);
    if (by !== 'leader') this.#reportChosen(entry, this.#self, by);
    this.#tellPeers({ type: 'handling', id: entry.id, attempt: entry.attempt });
    this.#work.start(now, entry);
  }

  #setElsewhere(now: number, entry: Entry, handler: ServerId): void {
    entry.handler = handler;
    this.#setPhase(entry, 'elsewhere');
    this.#count(now, entry, handler);
  }

  /** How long the server that has it is believed to be at work. */
  #watch(now: number, entry: Entry): void {
    if (entry.request === undefined) {
      this.#actAt.clear(entry.id);
      return;
    }
    this.#actAt.set(entry.id, now + this.#work.longestMs(entry.request) + this.#timing.handlingGraceMs);
  }

  // ---- books ----

  #setPhase(entry: Entry, phase: Entry['phase']): void {
    entry.phase = phase;
    this.#table.noteChanged(entry);
  }

  /** Moves the request in the outstanding counts to another server, or out of them. */
  #count(now: number, entry: Entry, server: ServerId | undefined, serviceMs?: number): void {
    if (entry.counted === server) return;
    if (entry.counted !== undefined) this.#election.noteDone(entry.counted, serviceMs);
    if (server !== undefined) this.#election.noteAssigned(now, server);
    entry.counted = server;
  }

  /** Not while it has no view, nor while it leaves. */
  #mayServe(): boolean {
    const { joining, members } = this.#election.view();
    return !joining && members.some(({ id, state }) => id === this.#self && state === 'alive');
  }

  #choice(entry: Entry): { requestId: string; tried: readonly ServerId[]; reachable: readonly ServerId[] } {
    return { requestId: entry.id, tried: [...entry.failed], reachable: entry.request?.servers ?? [] };
  }

  #order(entry: Entry): readonly ServerId[] {
    return this.#election.rendezvousOrder(this.#choice(entry));
  }

  /** Servers that are there, that the client reaches and that have not failed this request. */
  #candidates(entry: Entry): readonly ServerId[] {
    const reachable = entry.request?.servers ?? [];
    return this.#election
      .view()
      .members.filter(({ id, state }) => state === 'alive' && !entry.failed.has(id))
      .map(({ id }) => id)
      .filter((id) => reachable.length === 0 || reachable.includes(id));
  }

  #reportChosen(entry: Entry, handler: ServerId, by: ChosenBy): void {
    if (entry.request === undefined) return;
    const { id: requestId, attempt } = entry;
    this.#out.report({ kind: 'chosen', requestId, requestType: entry.request.type, handler, by, attempt });
  }

  #tellPeers(message: RequestNotice): void {
    for (const { id, state } of this.#election.view().members) {
      if (id === this.#self || state === 'dead') continue;
      this.#out.push({ type: 'sendPeer', to: id, message, reliable: true });
    }
  }
}
