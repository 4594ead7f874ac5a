import {
  type ElectionConfig,
  FailureToken,
  type FailureTokenAnswer,
  type FailureTokenEffect,
  type GroupView,
  type MemberConfig,
} from '@p2pimg/election';
import type { FailureSimulation } from './config.ts';
import type { OperationId } from './effects.ts';
import type { OperationResult } from './events.ts';
import type { Outbox } from './outbox.ts';

type TokenEvent = Parameters<FailureToken['step']>[1];

/** Lets this server play dead in its turn (SPEC E6), by the failure token in the directory. Without a simulation it never does. */
export class FailureDrill {
  readonly #token: FailureToken | undefined;
  readonly #out: Outbox;
  readonly #nextOperation: () => OperationId;
  /** The token's numbers of its directory calls. */
  readonly #operations = new Map<OperationId, number>();
  #silentUntil: number | undefined;

  constructor(
    { self, members }: ElectionConfig,
    simulation: FailureSimulation | undefined,
    out: Outbox,
    nextOperation: () => OperationId,
  ) {
    this.#token = simulation && new FailureToken({ self, order: orderOf(members), ...simulation });
    this.#out = out;
    this.#nextOperation = nextOperation;
  }

  /** Playing dead until then; undefined otherwise. */
  get silentUntil(): number | undefined {
    return this.#silentUntil;
  }

  /** The token, as last read. */
  get row(): FailureToken['row'] {
    return this.#token?.row;
  }

  nextTimeout(): number {
    return this.#token?.nextTimeout() ?? Number.POSITIVE_INFINITY;
  }

  /** The manifest changed. */
  setMembers(now: number, members: readonly MemberConfig[]): void {
    this.#token?.setOrder(now, orderOf(members));
  }

  step(now: number, event: TokenEvent, { joining, self, members }: GroupView): void {
    if (this.#token === undefined) return;
    const othersLive = !joining && members.some(({ id, state }) => id !== self && state === 'alive');
    for (const effect of this.#token.step(now, event, othersLive)) this.#perform(now, effect);
  }

  /** A directory call ended. @returns false when it is not the token's */
  completed(now: number, opId: OperationId, result: OperationResult, view: () => GroupView): boolean {
    const own = this.#operations.get(opId);
    if (own === undefined) return false;
    this.#operations.delete(opId);
    const answer = result.ok ? { answer: result.value as FailureTokenAnswer } : {};
    this.step(now, { type: 'answer', opId: own, ...answer }, view());
    return true;
  }

  /** A directory call ended while nobody listened. */
  forget(opId: OperationId): void {
    this.#operations.delete(opId);
  }

  awake(): void {
    this.#silentUntil = undefined;
  }

  #perform(now: number, effect: FailureTokenEffect): void {
    switch (effect.type) {
      case 'directory': {
        const opId = this.#nextOperation();
        this.#operations.set(opId, effect.opId);
        const { method, args } = effect.call;
        const call = method === 'readToken' ? { method, call: args } : { method, call: args };
        this.#out.push({ type: 'directory', opId, call });
        return;
      }
      case 'silence':
        if (effect.untilMs <= now) return;
        this.#silentUntil = effect.untilMs;
        this.#out.report({ kind: 'silence', silent: true });
        this.#out.push({ type: 'silence', silent: true });
        return;
      case 'report':
        this.#out.report({ kind: 'token', fact: effect.fact });
        break;
    }
  }
}

/** The same on all servers. */
function orderOf(members: readonly MemberConfig[]): readonly string[] {
  return members.map(({ id }) => id).sort();
}
