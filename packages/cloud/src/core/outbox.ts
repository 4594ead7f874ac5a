import type { CloudMessage } from '@p2pimg/wire';
import type { CloudEffect, SessionId } from './effects.ts';
import type { CloudFact } from './facts.ts';

/** Collects what one step wants done, in order. */
export class Outbox {
  #effects: CloudEffect[] = [];

  push(effect: CloudEffect): void {
    this.#effects.push(effect);
  }

  report(fact: CloudFact): void {
    this.#effects.push({ type: 'report', fact });
  }

  sendClient(session: SessionId, message: CloudMessage): void {
    this.#effects.push({ type: 'sendClient', session, message });
  }

  take(): readonly CloudEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
