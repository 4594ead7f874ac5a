import type { Lane } from '@p2pimg/transport';
import type { SessionId } from '../core/effects.ts';

interface Lingering {
  readonly session: SessionId;
  readonly lane: Lane;
  readonly until: number;
}

/**
 * Worker ports that are open and have nothing to do. A client that has sent one picture often sends another: the port, its round trip
 * and its keys are there already. Each serves one request at a time, and only requests of the session that it belongs to.
 */
export class LingeringLanes {
  readonly #most: number;
  readonly #lingerMs: number;
  /** Oldest first. */
  #lanes: Lingering[] = [];
  #sweep: NodeJS.Timeout | undefined;

  constructor(most: number, lingerMs: number) {
    this.#most = most;
    this.#lingerMs = lingerMs;
  }

  add(session: SessionId, lane: Lane): void {
    this.#lanes.push({ session, lane, until: performance.now() + this.#lingerMs });
    if (this.#lanes.length > this.#most) this.#lanes.shift()?.lane.close();
    this.#sweep ??= setTimeout(() => this.#closeOld(), this.#lingerMs);
  }

  /** The one of that session that was used last: the others may then grow old enough to go. */
  take(session: SessionId): Lane | undefined {
    const at = this.#lanes.findLastIndex((lingering) => lingering.session === session);
    return at < 0 ? undefined : this.#lanes.splice(at, 1)[0]?.lane;
  }

  /** It is closed, by whomever. */
  drop(session: SessionId, lane: Lane): void {
    const at = this.#lanes.findIndex((lingering) => lingering.lane === lane && lingering.session === session);
    if (at >= 0) this.#lanes.splice(at, 1);
  }

  /** Lets them be; the transport is going to close them. */
  stop(): void {
    clearTimeout(this.#sweep);
    this.#lanes = [];
  }

  #closeOld(): void {
    const now = performance.now();
    while (this.#lanes[0] !== undefined && this.#lanes[0].until <= now) this.#lanes.shift()?.lane.close();
    const next = this.#lanes[0];
    this.#sweep = next === undefined ? undefined : setTimeout(() => this.#closeOld(), next.until - now + 1);
  }
}
