import { confirmAfterMs, type ElectionTiming, suspectAfterMs } from './config.ts';

/** What evidence of life has changed. */
export type Evidence = 'stale' | 'same' | 'newer' | 'appeared' | 'refuted' | 'revived';

/**
 * How often one silence is excused because this process itself was late or stood still. In between it ran and read its sockets, so
 * whoever has not been heard after so many times is silent by itself. Without an end to it, a busy server never buries anybody.
 */
const MOST_EXCUSES = 8;

/** What the detector wants done now. */
export type Verdict = 'suspect' | 'probe' | 'dead';

/**
 * Judges one peer. Intuition: a heartbeat is easily lost, so silence only raises a doubt; the doubt is told to the peer
 * itself, directly and through others, and only if every question stays unanswered it is dead.
 *
 * alive --silence or hint--> suspect --no answer to any probe, and still silent--> dead
 * suspect, dead --a higher incarnation--> alive
 *
 * A doubt is about one incarnation (as in SWIM: A. Das, I. Gupta, A. Motivala, 2002): only a higher one lifts it, so a
 * refuted suspicion cannot come true late. A suspect whose heartbeats arrive, but which does not hear our probes, stays
 * suspect and is not declared dead. Rejected: phi-accrual (N. Hayashibara et al., 2004), which at 5 % loss and 50 ms
 * heartbeats declared 176 false deaths an hour in simulation.
 */
export class PeerDetector {
  state: 'alive' | 'suspect' | 'dead' = 'dead';
  /** Highest known; 0: never heard of. */
  incarnation = 0;
  /** Of the current round of probes; an answer to another round is not believed. */
  nonce = 0;
  /** Direct probes sent in this round. */
  probes = 0;
  /** Any evidence of life, or the start of watching. */
  lastHeardAt: number = Number.NEGATIVE_INFINITY;

  readonly #timing: ElectionTiming;
  readonly #suspectAfter: number;
  readonly #confirmAfter: number;
  #roundAt = 0;
  /** Since the last sign of life. */
  #excuses = 0;

  constructor(timing: ElectionTiming) {
    this.#timing = timing;
    this.#suspectAfter = suspectAfterMs(timing);
    this.#confirmAfter = confirmAfterMs(timing);
  }

  /** A sign of life of this incarnation. */
  heard(now: number, incarnation: number): Evidence {
    if (incarnation < this.incarnation) return 'stale';
    if (incarnation === this.incarnation) {
      if (this.state === 'dead') return 'stale';
      this.#alive(now);
      return 'same';
    }
    const before = this.state;
    const first = this.incarnation === 0;
    this.incarnation = incarnation;
    this.#alive(now);
    this.state = 'alive';
    if (before === 'alive') return 'newer';
    if (before === 'suspect') return 'refuted';
    return first ? 'appeared' : 'revived';
  }

  /** Doubts an alive peer. `nonce` marks the round of probes. */
  suspect(now: number, nonce: number): void {
    this.state = 'suspect';
    this.#startRound(now, nonce);
  }

  /** When `judge` has something to say; Infinity for the dead. */
  due(): number {
    if (this.state === 'alive') return this.lastHeardAt + this.#suspectAfter;
    if (this.state === 'dead') return Number.POSITIVE_INFINITY;
    if (this.probes < this.#timing.directProbes) return this.#roundAt + this.probes * this.#timing.probeMs;
    return this.#roundAt + this.#confirmAfter;
  }

  /** Call when due. `suspect` asks the caller to call `suspect`, `probe` to send one, `dead` is final for this incarnation. */
  judge(now: number, nonce: () => number): Verdict | undefined {
    if (now < this.due()) return undefined;
    if (this.state === 'alive') return 'suspect';
    if (this.probes < this.#timing.directProbes) {
      this.probes += 1;
      return 'probe';
    }
    if (this.lastHeardAt >= this.#roundAt) {
      this.#startRound(now, nonce());
      return undefined;
    }
    this.state = 'dead';
    return 'dead';
  }

  /** Time in which this process itself was not running does not count as the peer's silence, but for `MOST_EXCUSES`. */
  forgive(ms: number): void {
    if (!this.#excuse()) return;
    this.lastHeardAt += ms;
    this.#roundAt += ms;
  }

  /** After a standstill of this process: nothing is known about silence, so whoever was not dead is watched anew, in the same limit. */
  watchAnew(now: number): void {
    if (this.state === 'dead' || !this.#excuse()) return;
    this.state = 'alive';
    this.lastHeardAt = now;
  }

  #alive(now: number): void {
    this.lastHeardAt = now;
    this.#excuses = 0;
  }

  #excuse(): boolean {
    if (this.#excuses >= MOST_EXCUSES) return false;
    this.#excuses += 1;
    return true;
  }

  #startRound(now: number, nonce: number): void {
    this.nonce = nonce;
    this.probes = 0;
    this.#roundAt = now;
  }
}
