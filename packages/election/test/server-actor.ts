import type { Actor } from '@p2pimg/netsim';
import type {
  Election,
  ElectionEffect,
  ElectionEvent,
  FailureToken,
  FailureTokenAnswer,
  FailureTokenCall,
  FailureTokenEffect,
  FailureTokenRow,
} from '../src/index.ts';

export type ServerEvent =
  | ElectionEvent
  | { readonly type: 'answer'; readonly opId: number; readonly answer?: FailureTokenAnswer };
export type ServerEffect = ElectionEffect | FailureTokenEffect;

/** An election and, if wanted, a failure token, wired as a server wires them: while it plays dead, nothing gets in or out. */
export class ServerActor implements Actor<ServerEvent, ServerEffect> {
  readonly election: Election;
  readonly token: FailureToken | undefined;
  silentUntil: number | undefined;

  constructor(election: Election, token?: FailureToken) {
    this.election = election;
    this.token = token;
  }

  step(now: number, event: ServerEvent): readonly ServerEffect[] {
    if (this.silentUntil !== undefined) {
      if (now < this.silentUntil) return [];
      this.silentUntil = undefined;
      if (event.type === 'message') return []; // arrived while deaf
    }
    if (event.type === 'answer') return this.#silenced(this.token!.step(now, event, this.#othersLive()));
    const effects = this.election.step(now, event);
    if (this.token === undefined || (event.type !== 'start' && event.type !== 'timeout')) return effects;
    return [...effects, ...this.#silenced(this.token.step(now, { type: event.type }, this.#othersLive()))];
  }

  nextTimeout(): number | undefined {
    if (this.silentUntil !== undefined) return this.silentUntil;
    const times = [this.election.nextTimeout(), this.token?.nextTimeout()].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #othersLive(): boolean {
    const { self, joining, members } = this.election.view();
    return !joining && members.some(({ id, state }) => id !== self && state === 'alive');
  }

  #silenced(effects: readonly FailureTokenEffect[]): readonly FailureTokenEffect[] {
    for (const effect of effects) if (effect.type === 'silence') this.silentUntil = effect.untilMs;
    return effects;
  }
}

/** The directory's row, its clock given by the caller. */
export class TokenDirectory {
  row: FailureTokenRow | undefined;
  /** False: calls are never answered. */
  up = true;

  execute(now: number, call: FailureTokenCall): FailureTokenAnswer {
    if (call.method === 'readToken') return { row: this.row, now };
    const { holder, turn, holdMs } = call.args;
    const taken = (this.row?.turn ?? 0) === turn && (this.row === undefined || this.row.until <= now);
    if (taken) this.row = { turn: turn + 1, holder, until: now + holdMs };
    return { row: this.row, now, taken };
  }
}
