import type { ElectionEffect, ElectionFact, IgnoreCause } from './events.ts';
import type { ElectionMessage, ServerId } from './messages.ts';

const NOTHING: readonly ElectionEffect[] = [];

/** The effects of one step, in order. */
export class Outbox {
  #effects: ElectionEffect[] | undefined;

  /** One datagram that may be lost. */
  send(to: ServerId, message: ElectionMessage): void {
    this.#emit({ type: 'send', to, message, reliable: false });
  }

  sendReliably(to: ServerId, message: ElectionMessage): void {
    this.#emit({ type: 'send', to, message, reliable: true });
  }

  report(fact: ElectionFact): void {
    this.#emit({ type: 'report', fact });
  }

  ignore(from: ServerId, message: ElectionMessage, cause: IgnoreCause): void {
    this.report({ kind: 'ignored', from, message: message.type, cause });
  }

  /** Everything since the last call. */
  take(): readonly ElectionEffect[] {
    const effects = this.#effects ?? NOTHING;
    this.#effects = undefined;
    return effects;
  }

  #emit(effect: ElectionEffect): void {
    if (this.#effects === undefined) this.#effects = [effect];
    else this.#effects.push(effect);
  }
}
