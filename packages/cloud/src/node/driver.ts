import type { CloudCore } from '../core/cloud-core.ts';
import type { CloudEffect } from '../core/effects.ts';
import type { CloudEvent } from '../core/events.ts';

/** Timers of Node fire up to this much early. */
const ROUNDING_MS = 1;

/** Runs the core on the real clock: one event after the other, and a timeout when it wants one. */
export class Driver {
  readonly #core: CloudCore;
  readonly #perform: (effect: CloudEffect) => void;
  readonly #events: CloudEvent[] = [];
  #stepping = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt: number = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(core: CloudCore, perform: (effect: CloudEffect) => void) {
    this.#core = core;
    this.#perform = perform;
  }

  /** Gives the core an event; at once, or after the one that it is at. */
  give(event: CloudEvent): void {
    if (this.#stopped) return;
    if (this.#stepping) {
      this.#events.push(event);
      return;
    }
    this.#stepping = true;
    try {
      this.#step(event);
      while (this.#events.length > 0) this.#step(this.#events.shift()!);
    } finally {
      this.#stepping = false;
    }
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #step(event: CloudEvent): void {
    const effects = this.#core.step(performance.now(), event);
    for (let i = 0; i < effects.length; i++) this.#perform(effects[i]!);
  }

  #arm(): void {
    const at = this.#core.nextTimeout();
    // One that is due earlier than need be is left: a step with nothing to do costs less than another timer for each event.
    if (this.#stopped || at === undefined || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const delay = Math.max(0, at - performance.now()) + ROUNDING_MS;
    // Sockets are read before the timeout is believed: after a busy moment the awaited message may be there already.
    this.#timer = setTimeout(() => setImmediate(() => this.#fire()), delay);
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.give({ type: 'timeout' });
  }
}
