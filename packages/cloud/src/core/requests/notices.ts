import type { ServerId } from '@p2pimg/election';
import type { Done, Handling, RequestNotice, Stamp } from '@p2pimg/wire';
import type { Outbox } from '../outbox.ts';
import type { Entry } from './entry.ts';
import type { LifecycleParts, Moves } from './moves.ts';
import type { RequestTable } from './table.ts';

/** How long the id of a request is kept that only peers have spoken of. */
const NOTICE_KEEPING_MS = 60_000;

/** What the other servers say about requests: who was chosen, who has begun, who is done. */
export class Notices {
  readonly #self: ServerId;
  readonly #table: RequestTable;
  readonly #out: Outbox;
  readonly #moves: Moves;

  constructor({ self, table, out }: LifecycleParts, moves: Moves) {
    this.#self = self;
    this.#table = table;
    this.#out = out;
    this.#moves = moves;
  }

  receive(now: number, from: ServerId, message: RequestNotice): void {
    const entry = this.#table.get(message.id) ?? this.#table.add(message.id, now + NOTICE_KEEPING_MS);
    if (entry === undefined) {
      this.#out.report({ kind: 'turnedAway', code: 'overloaded' });
      return;
    }
    switch (message.type) {
      case 'stamp':
        this.#onStamp(now, entry, from, message);
        if (message.handler === from) this.#onHandling(now, entry, from, message);
        break;
      case 'handling':
        this.#onHandling(now, entry, from, message);
        break;
      case 'done':
        this.#onDone(now, entry, from, message);
        break;
    }
  }

  #onStamp(now: number, entry: Entry, from: ServerId, { handler, epoch, attempt }: Stamp): void {
    if (attempt === 0 && entry.attempt === 0) this.#learn(now, entry, from, epoch);
    const older = epoch < entry.epoch || attempt < entry.attempt;
    if (older || (entry.phase !== 'open' && attempt === entry.attempt)) return;
    entry.epoch = epoch;
    entry.attempt = attempt;
    if (handler === this.#self) {
      if (entry.phase === 'here') return;
      this.#moves.setPhase(entry, 'open');
      this.#moves.count(now, entry, handler);
      entry.handler = handler;
      if (entry.request !== undefined) this.#moves.begin(now, entry, 'leader');
      else this.#moves.actAt.set(entry.actAt, now + this.#moves.grace.ms);
      return;
    }
    if (entry.phase === 'here') this.#moves.yield(now, entry, handler);
    this.#moves.setElsewhere(now, entry, handler);
    this.#moves.awaitBeginning(now, entry);
  }

  /**
   * How long the leader's stamps take; also of one that comes too late to be followed. One of a leader of yesterday tells nothing, nor
   * does the second one of a request.
   */
  #learn(now: number, entry: Entry, from: ServerId, epoch: number): void {
    const { openedAt } = entry;
    entry.openedAt = undefined;
    if (!this.#moves.eligibility.isStampedBy(from, epoch)) return;
    if (openedAt !== undefined) this.#moves.stampWait.came(now - openedAt);
    else if (entry.request === undefined && entry.handler === undefined) this.#moves.stampWait.came(0);
  }

  #onHandling(now: number, entry: Entry, from: ServerId, { attempt }: Pick<Handling, 'attempt'>): void {
    if (attempt < entry.attempt || entry.phase === 'answered') return;
    if (entry.stampedAt !== undefined && attempt === entry.attempt && from === entry.handler) {
      this.#moves.grace.came(now - entry.stampedAt);
    }
    entry.stampedAt = undefined;
    if (entry.phase === 'here') {
      if (attempt === entry.attempt && !this.#goesBefore(from, entry)) return;
      this.#moves.yield(now, entry, from);
    }
    entry.attempt = attempt;
    this.#moves.setElsewhere(now, entry, from);
    this.#moves.watch(now, entry);
  }

  #onDone(now: number, entry: Entry, from: ServerId, { attempt, outcome }: Done): void {
    if (outcome === 'answered') {
      // The client has come back from that answer, faster than this word of it: what was begun for it since goes on.
      if (attempt < entry.attempt && entry.request?.tried.includes(from) === true) return;
      if (entry.phase === 'here') this.#moves.yield(now, entry, from);
      entry.attempt = Math.max(entry.attempt, attempt);
      entry.handler = from;
      entry.answeredAt = now;
      entry.stampedAt = undefined;
      this.#moves.count(now, entry, undefined);
      this.#moves.actAt.clear(entry.actAt);
      this.#moves.setPhase(entry, 'answered');
      return;
    }
    if (outcome === 'passed') entry.noteFailed(from);
    const current = entry.handler === from && entry.phase === 'elsewhere' && attempt >= entry.attempt;
    if (!current) return;
    if (outcome === 'passed') {
      this.#moves.move(now, entry, 'passed');
      return;
    }
    this.#moves.count(now, entry, undefined);
    this.#moves.actAt.clear(entry.actAt);
    this.#moves.setPhase(entry, 'cancelled');
  }

  #goesBefore(other: ServerId, entry: Entry): boolean {
    this.#out.report({ kind: 'doubled', requestId: entry.id, other });
    return this.#moves.eligibility.goesBefore(other, entry);
  }
}
