import type { Recovery } from '../recovery/recovery.ts';

/** Silence, with something unacknowledged, after which the peer may have lost the session. */
const UNRESPONSIVE_MS = 300;

/** When the peer was last heard, when it has to be asked for a sign of life, and when its silence is worth a report. */
export class Liveness {
  readonly #recovery: Recovery;
  readonly #idleMs: number;
  #heardAt: number;
  #pingedAt: number;
  /** Beginning of the last silence that was reported. */
  #reported = -1;
  /** When the peer last said, in another handshake, that it has this session. */
  #vouchedAt = Number.NEGATIVE_INFINITY;

  /** @param idleMs a session without any opened packet for so long is dead */
  constructor(recovery: Recovery, idleMs: number, now: number) {
    this.#recovery = recovery;
    this.#idleMs = idleMs;
    this.#heardAt = now;
    this.#pingedAt = now;
  }

  /** The last moment at which a packet of the peer was opened. */
  get heardAt(): number {
    return this.#heardAt;
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  pinged(now: number): void {
    this.#pingedAt = now;
  }

  vouched(now: number): void {
    this.#vouchedAt = now;
  }

  /** When a session that has reasons to live asks for a sign of life. */
  get keepAliveAt(): number {
    return Math.max(this.#heardAt, this.#pingedAt) + this.#idleMs / 3;
  }

  /** When the running silence is to be reported; infinite if there is none, or if it was. */
  get reportAt(): number {
    return this.#reported === this.#silentSince() ? Number.POSITIVE_INFINITY : this.#silentAt();
  }

  /** Whether the peer owes an acknowledgement for so long that it may have lost the session. */
  isSilent(now: number): boolean {
    return now >= this.#silentAt();
  }

  /** Whether the running silence is to be reported now: once. */
  noticeSilence(now: number): boolean {
    if (this.reportAt > now) return false;
    this.#reported = this.#silentSince();
    return true;
  }

  // No private getters: the engine looks them up anew at each use.
  #silentSince(): number {
    return Math.max(this.#recovery.owedSince, this.#vouchedAt);
  }

  /**
   * When acknowledgements have been missing for too long. Not counted by probes: a session that sends something more often than it
   * probes, like the heartbeats of a server, puts each probe off.
   */
  #silentAt(): number {
    return this.#silentSince() + Math.max(UNRESPONSIVE_MS, 3 * this.#recovery.probeTimeout);
  }
}
