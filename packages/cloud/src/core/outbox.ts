import type { CloudMessage } from '@p2pimg/wire';
import type { CloudEffect, SessionId } from './effects.ts';
import type { CloudFact } from './facts.ts';

/** Much of what arrives changes books alone. */
const NOTHING: readonly CloudEffect[] = [];

/** Collects what one step wants done, in order. */
export class Outbox {
  #effects: CloudEffect[] | undefined;

  push(effect: CloudEffect): void {
    if (this.#effects === undefined) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  report(fact: CloudFact): void {
    this.push({ type: 'report', fact });
  }

  sendClient(session: SessionId, message: CloudMessage): void {
    this.push({ type: 'sendClient', session, message });
  }

  /** Everything since the last call. */
  take(): readonly CloudEffect[] {
    const effects = this.#effects ?? NOTHING;
    this.#effects = undefined;
    return effects;
  }
}
