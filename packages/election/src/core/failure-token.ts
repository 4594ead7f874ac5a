import type { ServerId } from './messages.ts';

/** The token's row in the directory. Times are on the directory's clock, in ms. */
export interface FailureTokenRow {
  /** Rises with each server that takes the token. */
  readonly turn: number;
  readonly holder: ServerId;
  /** The holder is down until then; whatever became of it, the token is free afterwards. */
  readonly until: number;
}

export type FailureTokenCall =
  | { readonly method: 'readToken'; readonly args: Record<string, never> }
  /** Take the token if its turn is still `turn` and it is free, in one conditional update. `turn` is 0 before the first. */
  | {
      readonly method: 'takeToken';
      readonly args: { readonly holder: ServerId; readonly turn: number; readonly holdMs: number };
    };

/** What the directory says to a call, `now` being its clock when it executed it. */
export interface FailureTokenAnswer {
  readonly row: FailureTokenRow | undefined;
  readonly now: number;
  /** Of `takeToken`: whether this server holds the token now. */
  readonly taken?: boolean;
}

export type FailureTokenEvent =
  | { readonly type: 'start' }
  | { readonly type: 'timeout' }
  /** Absent `answer`: the call failed, or nobody knows. */
  | { readonly type: 'answer'; readonly opId: number; readonly answer?: FailureTokenAnswer };

export type FailureTokenEffect =
  | { readonly type: 'directory'; readonly opId: number; readonly call: FailureTokenCall }
  /** Be deaf and mute from now until `untilMs` (this server's clock); then step on. */
  | { readonly type: 'silence'; readonly untilMs: number }
  | { readonly type: 'report'; readonly fact: FailureTokenFact };

export type FailureTokenFact =
  | { readonly kind: 'token-taken'; readonly turn: number; readonly holdMs: number }
  | { readonly kind: 'token-skipped'; readonly cause: 'alone' | 'late' | 'no-directory' };

export interface FailureTokenConfig {
  readonly self: ServerId;
  /** All servers in the order of their turns; the same on all of them. */
  readonly order: readonly ServerId[];
  /** How long a holder is down (default 20,000). */
  readonly holdMs?: number;
  /** Between the end of one failure and the start of the next (default 40,000). */
  readonly intervalMs?: number;
}

const HOLD_MS = 20_000;
const INTERVAL_MS = 40_000;
/** A turn that does not begin within this time is the next server's. */
const TURN_MS = 1_000;
/** An answer that takes longer is too old to act on. */
const ANSWER_MS = 1_000;
const RETRY_MS = 5_000;

/**
 * Plays failures (SPEC E6): one token goes round robin through a row of the directory, and who takes it is down for a
 * while. Server k places after the last holder has the k-th second after the interval for its turn; whoever does not
 * begin in its second is skipped.
 *
 * Never two: the row changes only by an update conditional on its turn and on the directory's clock, and a holder stops
 * being down at the latest when the row expires, because it counts from before it asked. Never none: a holder that
 * really dies leaves a row that expires. Without the directory nobody plays dead.
 */
export class FailureToken {
  readonly #config: Required<Omit<FailureTokenConfig, 'order'>>;
  #order: readonly ServerId[];
  #opId = 0;
  /** The call that is under way, and when it was made. */
  #pending: { readonly opId: number; readonly at: number } | undefined;
  #row: FailureTokenRow | undefined;
  /** When to act next; undefined before the start. */
  #due: number | undefined;
  /** Whether the next action is to take the token rather than to read it. */
  #myTurn = false;

  /** @throws RangeError for a `self` outside `order` or times that are not positive */
  constructor(config: FailureTokenConfig) {
    const { order, ...rest } = config;
    this.#config = { holdMs: HOLD_MS, intervalMs: INTERVAL_MS, ...rest };
    const { self, holdMs, intervalMs } = this.#config;
    this.#order = withSelf(order, self);
    if (!(holdMs > 0) || !(intervalMs > 0)) throw new RangeError('holdMs and intervalMs must be positive');
  }

  /** The manifest changed: whose turn it is is read again. @throws RangeError for a `self` outside `order` */
  setOrder(now: number, order: readonly ServerId[]): void {
    this.#order = withSelf(order, this.#config.self);
    this.#myTurn = false;
    // A call that is under way plans by the new order when it is answered.
    if (this.#due !== undefined && this.#pending === undefined) this.#due = now;
  }

  /** @param othersLive whether this server has a view and another member is alive: the last one never plays dead */
  step(now: number, event: FailureTokenEvent, othersLive: boolean): readonly FailureTokenEffect[] {
    if (event.type === 'start') this.#due = now;
    if (event.type === 'answer') return this.#onAnswer(now, event.opId, event.answer, othersLive);
    if (this.#due === undefined || now < this.#due) return [];
    if (this.#pending !== undefined) return this.#fail(now);
    if (!this.#myTurn) return [this.#call(now, { method: 'readToken', args: {} })];
    if (!othersLive) return this.#skip(now, 'alone');
    const { self, holdMs } = this.#config;
    return [this.#call(now, { method: 'takeToken', args: { holder: self, turn: this.#row?.turn ?? 0, holdMs } })];
  }

  nextTimeout(): number | undefined {
    return this.#due;
  }

  /** The last row seen. */
  get row(): FailureTokenRow | undefined {
    return this.#row;
  }

  #call(now: number, call: FailureTokenCall): FailureTokenEffect {
    this.#opId += 1;
    this.#pending = { opId: this.#opId, at: now };
    this.#due = now + ANSWER_MS;
    return { type: 'directory', opId: this.#opId, call };
  }

  #onAnswer(
    now: number,
    opId: number,
    answer: FailureTokenAnswer | undefined,
    othersLive: boolean,
  ): FailureTokenEffect[] {
    const pending = this.#pending;
    if (pending?.opId !== opId) return [];
    this.#pending = undefined;
    if (answer === undefined) return this.#fail(now);
    this.#row = answer.row;
    this.#schedule(pending.at, answer);
    if (answer.taken !== true || answer.row === undefined) return [];
    // The row runs out by itself: whoever does not use his turn has it all the same.
    if (now - pending.at > ANSWER_MS) return [skipped('late')];
    if (!othersLive) return [skipped('alone')];
    const holdMs = answer.row.until - answer.now;
    return [
      { type: 'report', fact: { kind: 'token-taken', turn: answer.row.turn, holdMs } },
      { type: 'silence', untilMs: pending.at + holdMs },
    ];
  }

  /** Plans the next action from what the directory said. @param at when it was asked: its `now` is not before that */
  #schedule(at: number, { row, now }: FailureTokenAnswer): void {
    const { self, intervalMs } = this.#config;
    const order = this.#order;
    const count = order.length;
    const last = row === undefined ? -1 : order.indexOf(row.holder);
    const first = (row?.until ?? now) + intervalMs;
    const wait = (order.indexOf(self) - last - 1 + count) % count;
    // Whole rounds in which nobody took his turn are over; so is an own turn that is nearly over.
    const round = count * TURN_MS;
    let begins = first + wait * TURN_MS;
    if (begins + TURN_MS / 2 < now) begins += Math.ceil((now - begins - TURN_MS / 2) / round) * round;
    this.#myTurn = true;
    this.#due = at + Math.max(0, begins - now);
  }

  #skip(now: number, cause: 'alone'): FailureTokenEffect[] {
    this.#myTurn = false;
    this.#due = now + TURN_MS;
    return [skipped(cause)];
  }

  /** Nothing is known any more: read again, later. */
  #fail(now: number): FailureTokenEffect[] {
    this.#pending = undefined;
    this.#myTurn = false;
    this.#due = now + RETRY_MS;
    return [skipped('no-directory')];
  }
}

function withSelf(order: readonly ServerId[], self: ServerId): readonly ServerId[] {
  if (!order.includes(self)) throw new RangeError(`${JSON.stringify(self)} is not in the order of turns`);
  return order;
}

function skipped(cause: 'alone' | 'late' | 'no-directory'): FailureTokenEffect {
  return { type: 'report', fact: { kind: 'token-skipped', cause } };
}
