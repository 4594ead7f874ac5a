import { REKEY_AFTER_MS } from '../keys/key-ring.ts';
import { hasDuties, nextDeadline } from './deadlines.ts';
import type { SessionHost } from './host.ts';
import type { Liveness } from './liveness.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';
import { reviveStalled } from './stalled-transfers.ts';

/** What an established session does by itself when its time has come. */
export class SessionTimers {
  readonly #session: Session;
  readonly #parts: SessionParts;
  readonly #host: SessionHost;
  readonly #liveness: Liveness;
  /** When the initiator asks for new keys; infinite while it does. */
  #rekeyAt = Number.POSITIVE_INFINITY;

  constructor(session: Session, parts: SessionParts, host: SessionHost, liveness: Liveness) {
    this.#session = session;
    this.#parts = parts;
    this.#host = host;
    this.#liveness = liveness;
  }

  /** When `fire` wants to be called; infinite if never. */
  get next(): number {
    return Math.min(this.#rekeyAt, nextDeadline(this.#parts, this.#liveness, this.#host.limits));
  }

  /** The initiator has new keys. */
  keysMade(now: number): void {
    this.#rekeyAt = now + REKEY_AFTER_MS;
  }

  /** The handshake inside the session came to nothing: once more, later. */
  rekeyFailed(now: number): void {
    this.#rekeyAt = now + this.#host.limits.handshakeTimeoutMs;
  }

  fire(now: number): void {
    const parts = this.#parts;
    const session = this.#session;
    if (this.#rekeyAt <= now) {
      this.#rekeyAt = Number.POSITIVE_INFINITY;
      this.#host.rekey(session);
    }
    parts.recovery.onTimeout(now);
    reviveStalled(session, parts, this.#host, now);
    if (this.#liveness.noticeSilence(now)) this.#host.emit({ type: 'unresponsive', session });
    if (hasDuties(parts) && this.#liveness.keepAliveAt <= now) {
      this.#liveness.pinged(now);
      parts.pingOwed = true;
    }
    for (const lane of [...parts.lanes.all()]) {
      if (lane.usedAt + this.#host.limits.laneIdleMs <= now) session.lanes?.close(lane.id);
    }
  }
}
