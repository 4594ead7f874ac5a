import type { ServerId } from '@p2pimg/election';
import type { AnyRequest, Done, RequestNotice } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import type { CloudTiming } from '../config.ts';
import type { Outbox } from '../outbox.ts';
import type { Entry } from './entry.ts';
import { type LifecycleParts, Moves, type Work } from './moves.ts';
import { Notices } from './notices.ts';
import type { RequestTable } from './table.ts';

/**
 * Who handles which request (SPEC S2, E3, E5): the leader stamps each with its handler; without a stamp the servers act by
 * themselves in rendezvous order; the handler tells its peers, and when it fails the next in order takes over.
 *
 * Nothing here makes an effect happen once: that is the directory's claim. This only keeps two servers from doing the
 * same work, and none from doing it.
 */
export class Lifecycle {
  readonly #self: ServerId;
  readonly #table: RequestTable;
  readonly #timing: CloudTiming;
  readonly #out: Outbox;
  readonly #work: Work;
  readonly #moves: Moves;
  readonly #notices: Notices;

  constructor(parts: LifecycleParts) {
    this.#self = parts.self;
    this.#table = parts.table;
    this.#timing = parts.timing;
    this.#out = parts.out;
    this.#work = parts.work;
    this.#moves = new Moves(parts);
    this.#notices = new Notices(parts, this.#moves);
  }

  nextTimeout(): number {
    return Math.min(this.#moves.actAt.next(), this.#table.nextExpiry());
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
    entry.type = request.type;
    entry.client = client;
    this.#table.noteClient(entry);
    this.#table.keepUntil(entry, forgetAt);
    for (const server of this.#moves.eligibility.membersOf(request.tried)) entry.noteFailed(server);
    if (entry.phase === 'answered' || entry.phase === 'cancelled') return;
    if (entry.phase === 'elsewhere' && request.tried.includes(entry.handler ?? ''))
      this.#moves.move(now, entry, 'tried');
    else if (entry.phase === 'elsewhere') {
      this.#moves.watch(now, entry);
      this.#moves.confirm(entry);
    } else if (entry.handler === this.#self) this.#moves.begin(now, entry, 'leader');
    else this.#moves.open(now, entry);
  }

  #arriveAgain(now: number, entry: Entry, request: AnyRequest, client: Client, forgetAt: number): void {
    const newSession = entry.client?.session !== client.session;
    entry.request = request;
    entry.type = request.type;
    entry.client = client;
    this.#table.keepUntil(entry, forgetAt);
    const tried = this.#moves.eligibility.membersOf(request.tried);
    const given = tried.filter((server) => !entry.failed.includes(server));
    for (const server of given) entry.noteFailed(server);
    switch (entry.phase) {
      case 'here':
        // Lanes belong to a session: what was begun in the last one cannot be finished in this one.
        if (!newSession) {
          this.#out.report({ kind: 'duplicate', requestId: entry.id });
          return;
        }
        this.#work.stop(now, entry, 'cancelled');
        this.#moves.begin(now, entry, 'take-over');
        break;
      case 'elsewhere':
        if (entry.handler !== undefined && given.includes(entry.handler)) {
          this.#moves.move(now, entry, 'tried');
          return;
        }
        this.#out.report({ kind: 'duplicate', requestId: entry.id });
        break;
      case 'open':
        // Stamped for this server when it had answered already and did not have the request any more.
        if (entry.handler === this.#self) this.#moves.begin(now, entry, 'leader');
        else this.#moves.open(now, entry);
        break;
      case 'answered':
        this.#answerAgain(now, entry, request.tried);
        break;
      case 'cancelled':
        entry.attempt += 1;
        this.#moves.open(now, entry);
        break;
    }
  }

  /** The answer did not arrive, or was an error: who gave it gives it again, and if it cannot, somebody else does. */
  #answerAgain(now: number, entry: Entry, tried: readonly ServerId[]): void {
    if (entry.handler !== undefined && tried.includes(entry.handler)) {
      this.#moves.move(now, entry, 'tried');
      return;
    }
    // It may have crossed the answer, or be a slower copy of the sending that was just answered.
    if (now - entry.answeredAt < this.#timing.handlingGraceMs) {
      this.#out.report({ kind: 'duplicate', requestId: entry.id });
      return;
    }
    if (entry.handler === this.#self) {
      this.#moves.begin(now, entry, 'again');
      return;
    }
    this.#moves.setPhase(entry, 'elsewhere');
    if (entry.handler === undefined || entry.failed.includes(entry.handler)) {
      this.#moves.move(now, entry, 'tried');
      return;
    }
    this.#moves.actAt.set(entry.actAt, now + this.#timing.handlingGraceMs);
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
    this.#moves.tellPeers({ type: 'done', id: entry.id, attempt: entry.attempt, outcome });
    this.#moves.count(now, entry, undefined, serviceMs);
    this.#moves.actAt.clear(entry.actAt);
    if (outcome === 'passed') {
      entry.noteFailed(this.#self);
      this.#moves.reopen(now, entry);
      return;
    }
    if (outcome === 'answered') entry.answeredAt = now;
    this.#moves.setPhase(entry, outcome);
  }

  /** Whether no other server is left that could take the request. */
  isLastChoice(entry: Entry): boolean {
    return this.#moves.eligibility.candidates(entry).every((server) => server === this.#self);
  }

  // ---- from peers ----

  notice(now: number, from: ServerId, message: RequestNotice): void {
    this.#notices.receive(now, from, message);
  }

  /** Several, oldest first. */
  notices(now: number, from: ServerId, messages: readonly RequestNotice[]): void {
    for (let i = 0; i < messages.length; i++) this.#notices.receive(now, from, messages[i]!);
  }

  // ---- from election ----

  /** A peer is suspected, or has lost its memory: what it had moves on. */
  peerFailed(now: number, peer: ServerId, cause: 'suspected' | 'restarted'): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase === 'elsewhere' && entry.handler === peer) this.#moves.move(now, entry, cause);
    }
  }

  /** The view is another one: its leader has all the time to stamp what is open. */
  viewChanged(now: number): void {
    for (const entry of this.#unstamped()) {
      entry.openedAt = now;
      this.#moves.open(now, entry);
    }
  }

  /** The leader is suspected: what has waited long enough for its stamp does without. */
  leaderMissed(now: number): void {
    for (const entry of this.#unstamped()) this.#moves.open(now, entry);
  }

  #unstamped(): readonly Entry[] {
    return this.#table
      .unanswered()
      .filter(({ phase, request, handler }) => phase === 'open' && request !== undefined && handler === undefined);
  }

  /** This server stood still or was doubted: who still has what is said again. */
  repeatHandling(): void {
    for (const { id, phase, attempt } of this.#table.unanswered()) {
      if (phase === 'here') this.#moves.tellPeers({ type: 'handling', id, attempt });
    }
  }

  /** This server was down on purpose: whatever it knew of is the others' now, unless the client comes again. */
  forsake(now: number): void {
    for (const entry of this.#table.unanswered()) {
      if (entry.phase === 'here') this.#work.stop(now, entry, 'yielded');
      this.#moves.count(now, entry, undefined);
      this.#moves.actAt.clear(entry.actAt);
      this.#moves.setPhase(entry, 'cancelled');
    }
  }

  // ---- time ----

  timeout(now: number): void {
    const { actAt } = this.#moves;
    for (let entry = actAt.takeDue(now); entry !== undefined; entry = actAt.takeDue(now)) {
      if (entry.phase === 'open') this.#act(now, entry);
      else if (entry.phase === 'elsewhere') this.#giveUpOn(now, entry);
    }
    for (let entry = this.#table.takeExpired(now); entry !== undefined; entry = this.#table.takeExpired(now)) {
      this.#moves.actAt.clear(entry.actAt);
      if (entry.phase === 'here') this.#work.stop(now, entry, 'cancelled');
      this.#moves.count(now, entry, undefined);
    }
  }

  #act(now: number, entry: Entry): void {
    if (entry.request === undefined) {
      // Stamped for this server, which the client does not reach: by now the others have given it to the next.
      this.#moves.count(now, entry, undefined);
      return;
    }
    if (!this.#moves.eligibility.mayServe) {
      this.#moves.actAt.set(entry.actAt, now + this.#timing.retryMs);
      return;
    }
    this.#moves.begin(now, entry, entry.attempt === 0 ? 'order' : 'take-over');
  }

  #giveUpOn(now: number, entry: Entry): void {
    // Who never got the request cannot take it over; the client's next sending finds the entry.
    if (entry.request === undefined) return;
    this.#moves.move(now, entry, entry.stampedAt === undefined ? 'silent' : 'not-begun');
  }
}
