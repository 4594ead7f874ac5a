import type { ElectionTiming, MemberConfig } from './config.ts';
import { PeerDetector } from './detector.ts';
import type { MemberState, MemberView } from './events.ts';
import type { Heartbeat, ServerId, ServerPhase } from './messages.ts';
import { MAX_PRIORITY } from './order.ts';

/** Until a server has measured its own. */
const FIRST_SERVICE_MS = 50;
/** The range of a heartbeat's field; 0 would make any queue look empty. */
const MIN_SERVICE_MS = 0.01;
const MAX_SERVICE_MS = 3_600_000;
/** Slow, because single requests differ much: at 0.1 the estimates' noise costs 3 % of the mean response. */
const SERVICE_SMOOTHING = 0.02;
/** For each heartbeat without work: half of the difference is gone after 35. */
const REST_SMOOTHING = 0.02;
const LOSS_SMOOTHING = 0.01;
/** More lost heartbeats in a row tell nothing more about the loss rate. */
const MAX_COUNTED_GAP = 100;
/** An assignment this fresh may not be in a heartbeat that arrives now: it crossed it on the way. */
const CROSSING_MS = 5;

/** What a server knows about one server, itself included. */
export class Member {
  readonly id: ServerId;
  readonly detector: PeerDetector;
  /** Position by IP, then port, among all members. */
  place: number;
  phase: ServerPhase = 'joining';
  priority: number = MAX_PRIORITY;
  outstanding = 0;
  serviceMs: number = FIRST_SERVICE_MS;
  utilization = 0;
  heartbeatLoss = 0;
  /** Of the last heartbeat in the detector's incarnation. */
  sequence = 0;
  /** When this server last gave it the group. */
  groupSentAt: number = Number.NEGATIVE_INFINITY;
  /** Heartbeats in a row that named an older group than ours. */
  lagging = 0;
  /** Times of the assignments that a heartbeat may not know yet, oldest first. */
  #fresh: number[] = [];

  constructor(config: MemberConfig, place: number, timing: ElectionTiming) {
    this.id = config.id;
    this.place = place;
    this.detector = new PeerDetector(timing);
  }

  state(): MemberState {
    const { state } = this.detector;
    return state !== 'dead' && this.phase === 'leaving' ? 'leaving' : state;
  }

  /** Alive or suspect, and staying. */
  get takesPart(): boolean {
    return this.detector.state !== 'dead' && this.phase !== 'leaving';
  }

  /** Takes over what a heartbeat says. Absolute counts correct whatever was lost on the way. */
  take(now: number, heartbeat: Heartbeat): void {
    const gap = Math.min(MAX_COUNTED_GAP, heartbeat.sequence - this.sequence - 1);
    // The first heartbeat of an incarnation has nothing before it that could be lost.
    if (this.sequence > 0 && gap > 0) this.heartbeatLoss = 1 - (1 - this.heartbeatLoss) * (1 - LOSS_SMOOTHING) ** gap;
    this.heartbeatLoss *= 1 - LOSS_SMOOTHING;
    this.sequence = heartbeat.sequence;
    this.phase = heartbeat.phase;
    this.priority = heartbeat.priority;
    this.serviceMs = heartbeat.serviceMs;
    this.utilization = heartbeat.utilization;
    while (this.#fresh.length > 0 && this.#fresh[0]! < now - CROSSING_MS) dropFirst(this.#fresh);
    this.outstanding = heartbeat.outstanding + this.#fresh.length;
  }

  assigned(now: number): void {
    this.outstanding += 1;
    this.#fresh.push(now);
    if (this.#fresh.length > 1 && this.#fresh[0]! < now - CROSSING_MS) dropFirst(this.#fresh);
  }

  done(): void {
    if (this.outstanding > 0) this.outstanding -= 1;
    dropFirst(this.#fresh);
  }

  served(serviceMs: number): void {
    const known = Math.min(MAX_SERVICE_MS, Math.max(MIN_SERVICE_MS, serviceMs));
    this.serviceMs += (known - this.serviceMs) * SERVICE_SMOOTHING;
  }

  /**
   * This server has nothing to do, and what it has measured grows old: step by step it takes the best of the others' for its own. One that
   * was slow once (it had just started) would otherwise never be given the work by which it could prove to be fast again.
   */
  rested(best: number): void {
    if (this.outstanding === 0 && best < this.serviceMs) this.serviceMs += (best - this.serviceMs) * REST_SMOOTHING;
  }

  /** Its process ended: what it was doing is lost. */
  forgetWork(): void {
    this.outstanding = 0;
    this.#fresh = [];
  }

  view(): MemberView {
    return {
      id: this.id,
      state: this.state(),
      incarnation: this.detector.incarnation,
      priority: this.priority,
      outstanding: this.outstanding,
      serviceMs: this.serviceMs,
      utilization: this.utilization,
      heartbeatLoss: this.heartbeatLoss,
    };
  }
}

/** Of a short list; `shift` would have its memory allocated anew time and again. */
function dropFirst(times: number[]): void {
  for (let i = 1; i < times.length; i++) times[i - 1] = times[i]!;
  times.pop();
}
