import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import { AckBatches } from './ack-batches.ts';
import type { AckSample, CongestionController } from './congestion.ts';
import { PACING_MARGIN, StandingQueue } from './standing-queue.ts';

/** Gains of draft-ietf-ccwg-bbr, section 2.4. */
const STARTUP_PACING_GAIN = 2.77;
const STARTUP_WINDOW_GAIN = 2;
const DRAIN_PACING_GAIN = 0.5;
const UP_GAIN = 1.25;
/** A probe tries this much more at least, so that a small share grows by more of itself than a large one; and no more than twice the rate. */
const LEAST_PROBE: number = 32 * MAX_DATAGRAM_BYTES;
const MOST_UP_GAIN = 2;
const DOWN_GAIN = 0.9;
const WINDOW_GAIN = 2;
const FULL_PIPE_GROWTH = 1.25;
const FULL_PIPE_ROUNDS = 3;
const CRUISE_ROUNDS = 4;
const CLIMB_GROWTH = 1.15;
/** Loss of a round above what is usual on this path. */
const LOSS_THRESHOLD = 0.02;
/**
 * Beyond this, loss is congestion even if the queue is too short to be seen in the round trip. In a queue that is seen, one burst of
 * somebody else may have done it: there only the second such round in a row counts.
 */
const HEAVY_LOSS = 0.2;
/** A share of fewer lost packets says nothing: the first rounds are short (BBRStartFullLossCnt of the draft). */
const LEAST_LOST: number = 6 * MAX_DATAGRAM_BYTES;
/** The rate counts what arrives: what the path loses has to be sent as well, within reason. */
const MOST_PATH_LOSS = 0.1;
const BETA = 0.7;
/**
 * After a first round of heavy loss without a visible queue: whoever began in a queue takes that for the path, and sees it no more. To
 * give way by as much as otherwise at each burst of somebody else would starve it.
 */
const FIRST_BETA = 0.85;
const MIN_ROUND_TRIP_LIFE_MS = 10_000;
const PROBE_ROUND_TRIP_MS = 200;

const INITIAL_WINDOW: number = 48 * MAX_DATAGRAM_BYTES;
/** Whatever is estimated: loops and acknowledgements work in steps of so much. */
const LEAST_TARGET: number = 32 * MAX_DATAGRAM_BYTES;
const MINIMUM_WINDOW: number = 4 * MAX_DATAGRAM_BYTES;
/** Acknowledgements cover about so much at a time, whatever has been seen yet. */
const LEAST_BATCH: number = 16 * MAX_DATAGRAM_BYTES;
/**
 * An event loop answers in steps: the window covers at least this much time at the estimated rate, whatever the path's
 * round trip; pacing, not the window, keeps the queue short.
 */
const LOOP_MS = 5;
/**
 * Below this round trip the loops at both ends, not the path, make up most of what is measured: a rate taken from it
 * would throttle. There the window alone decides, with this floor, until loss sets a ceiling.
 */
const NEAR_MS = 5;
const NEAR_WINDOW: number = 512 * MAX_DATAGRAM_BYTES;

type Phase = 'startup' | 'drain' | 'down' | 'cruise' | 'refill' | 'up' | 'probe-round-trip';

/**
 * Congestion control by a model of the path: the largest delivery rate and the smallest round trip (BBR,
 * draft-ietf-ccwg-bbr), with three departures. Loss bounds the window only when the round trip shows a queue or the loss is
 * heavy, so that random loss does not; a probing cycle takes rounds instead of seconds, so that short transfers find the rate;
 * and outside of start-up a flow paces below that rate while a queue stands, so that it goes.
 */
export class Bbr implements CongestionController {
  #phase: Phase = 'startup';
  #window = INITIAL_WINDOW;
  #ceiling = Number.POSITIVE_INFINITY;
  /** Largest delivery rate of the last and of the running cycle, bytes per ms. */
  #rates: [number, number] = [0, 0];
  readonly #batches = new AckBatches();
  readonly #queue = new StandingQueue();
  #sampledInCycle = false;
  #minRoundTrip = Number.POSITIVE_INFINITY;
  #minRoundTripAt = 0;
  #initialPacing = Number.POSITIVE_INFINITY;
  #roundEnd = 0;
  #roundDelivered = 0;
  #roundLost = 0;
  #wasHeavy = false;
  /** When congestion was last answered: what was sent before and is found lost later has been answered as well. */
  #answeredAt = -1;
  #roundMinRoundTrip = Number.POSITIVE_INFINITY;
  /** Share lost in the rounds that do not probe. */
  #usualLoss = 0;
  /** The same where no queue stands: what the path loses, not what does not fit into it. */
  #pathLoss = 0;
  #fullRate = 0;
  /** The rate before the last probe; infinite if that met congestion, or if there was none. */
  #probedRate = Number.POSITIVE_INFINITY;
  #fullRounds = 0;
  #phaseRounds = 0;
  #phaseAt = 0;
  #windowBeforeStall = 0;

  get window(): number {
    return this.#window;
  }

  get pacingRate(): number {
    if (this.#minRoundTrip < NEAR_MS) return Number.POSITIVE_INFINITY;
    const starting = this.#phase === 'startup' || this.#phase === 'drain';
    const pace = starting ? PACING_MARGIN : this.#queue.pace;
    const rate = (this.#gain() * this.#rate() * pace) / (1 - this.#pathLoss);
    return this.#phase === 'startup' ? Math.max(rate, this.#initialPacing) : rate;
  }

  onSent(): void {}

  onAck(sample: AckSample): void {
    this.#learn(sample);
    this.#batches.onAck(sample.acked, this.#rate(), sample.now);
    this.#roundDelivered += sample.acked;
    if (sample.deliveredBefore >= this.#roundEnd) this.#endRound(sample);
    this.#step(sample);
    this.#resize(sample);
  }

  onLoss(bytes: number, sentAt: number): void {
    if (sentAt > this.#answeredAt) this.#roundLost += bytes;
  }

  onSpuriousLoss(): void {
    this.#roundLost = Math.max(0, this.#roundLost - MAX_DATAGRAM_BYTES);
  }

  onPersistentLoss(): void {
    this.#windowBeforeStall = Math.max(this.#windowBeforeStall, this.#window);
    this.#window = MINIMUM_WINDOW;
  }

  // No private getters: the engine looks them up anew at each use.
  #rate(): number {
    return Math.max(this.#rates[0], this.#rates[1]);
  }

  #gain(): number {
    switch (this.#phase) {
      case 'startup':
        return STARTUP_PACING_GAIN;
      case 'drain':
        return DRAIN_PACING_GAIN;
      case 'down':
        return DOWN_GAIN;
      case 'up':
        return Math.max(UP_GAIN, Math.min(MOST_UP_GAIN, 1 + LEAST_PROBE / this.#bandwidthDelay()));
      default:
        return 1;
    }
  }

  #windowGain(): number {
    if (this.#phase === 'startup') return STARTUP_WINDOW_GAIN;
    return this.#phase === 'up' ? WINDOW_GAIN + this.#gain() - UP_GAIN : WINDOW_GAIN;
  }

  /** The last probe found more: the next one need not wait. */
  #climbs(): boolean {
    return this.#rate() >= this.#probedRate * CLIMB_GROWTH;
  }

  /** Bytes that fill the path without a queue. */
  #bandwidthDelay(): number {
    return this.#rate() * this.#minRoundTrip;
  }

  #learn(sample: AckSample): void {
    const { now, roundTrip, deliveryRate } = sample;
    this.#roundMinRoundTrip = Math.min(this.#roundMinRoundTrip, roundTrip);
    const expired = now - this.#minRoundTripAt > MIN_ROUND_TRIP_LIFE_MS;
    // Between near loops there is no queue to let go: to hold back for a measurement would cost a fifth of a second, and tell nothing.
    const measured = this.#phase === 'probe-round-trip' || roundTrip < NEAR_MS;
    if (roundTrip <= this.#minRoundTrip || (expired && measured)) {
      this.#minRoundTrip = roundTrip;
      this.#minRoundTripAt = now;
    }
    if (this.#initialPacing === Number.POSITIVE_INFINITY) {
      this.#initialPacing = (STARTUP_PACING_GAIN * INITIAL_WINDOW) / Math.max(NEAR_MS, this.#minRoundTrip);
    }
    if (!sample.appLimited) this.#sampledInCycle = true;
    else if (deliveryRate <= this.#rate()) return;
    this.#rates[1] = Math.max(this.#rates[1], deliveryRate);
  }

  #endRound(sample: AckSample): void {
    const lossRate = this.#roundLost / Math.max(1, this.#roundLost + this.#roundDelivered);
    const queued = this.#queue.onRound(this.#roundMinRoundTrip, this.#minRoundTrip);
    const much = lossRate > HEAVY_LOSS && this.#roundLost >= LEAST_LOST;
    const heavy = much && (!queued || this.#wasHeavy || this.#phase === 'startup');
    const share = !heavy ? 1 : this.#wasHeavy || this.#phase === 'startup' ? BETA : FIRST_BETA;
    this.#wasHeavy = much;
    const unusual = lossRate > this.#usualLoss * 1.5 + LOSS_THRESHOLD && queued;
    // A pipe that gives so much more than a round ago is not full: a first flight may be lost with the packet that announces it.
    const growing = this.#phase === 'startup' && this.#rate() >= this.#fullRate * FULL_PIPE_GROWTH;
    const congested = (heavy || unusual) && this.#roundLost >= LEAST_LOST && !growing;
    if (this.#phase === 'cruise') this.#usualLoss += (Math.min(lossRate, HEAVY_LOSS) - this.#usualLoss) / 8;
    if (this.#phase === 'cruise' && !queued)
      this.#pathLoss += (Math.min(lossRate, MOST_PATH_LOSS) - this.#pathLoss) / 8;
    if (congested) this.#onCongestion(sample, share);
    if (this.#phase === 'startup' && !sample.appLimited) this.#checkFullPipe(congested, sample.now);
    this.#roundEnd = sample.delivered;
    this.#roundDelivered = 0;
    this.#roundLost = 0;
    this.#roundMinRoundTrip = Number.POSITIVE_INFINITY;
    this.#batches.endRound();
    this.#phaseRounds++;
  }

  /** `share` of what was in flight stays, all of it if the loss was not heavy. */
  #onCongestion(sample: AckSample, share: number): void {
    // Only what is lost while more is tried tells how much is too much. A queue that others keep full, or our own that drains,
    // does not: giving way to it each round would leave them everything.
    if (this.#phase !== 'startup' && this.#phase !== 'up' && share === 1) return;
    this.#answeredAt = sample.now;
    const inFlight = sample.inFlight + sample.acked;
    this.#ceiling = Math.max(MINIMUM_WINDOW, inFlight * share, this.#bandwidthDelay() * share);
    if (this.#phase !== 'up') return;
    this.#probedRate = Number.POSITIVE_INFINITY;
    this.#endCycle();
    this.#enter('down', sample.now);
  }

  #checkFullPipe(congested: boolean, now: number): void {
    if (this.#rate() >= this.#fullRate * FULL_PIPE_GROWTH && !congested) {
      this.#fullRate = this.#rate();
      this.#fullRounds = 0;
      return;
    }
    if (++this.#fullRounds >= FULL_PIPE_ROUNDS || congested) this.#enter('drain', now);
  }

  #step(sample: AckSample): void {
    const { now, inFlight } = sample;
    const drained = inFlight <= this.#bandwidthDelay();
    switch (this.#phase) {
      case 'startup':
        return;
      case 'drain':
        if (drained || this.#phaseRounds >= FULL_PIPE_ROUNDS) this.#enter('cruise', now);
        return;
      case 'down':
        if (drained || this.#phaseRounds >= 4) this.#enter('cruise', now);
        return;
      case 'cruise':
        if (now - this.#minRoundTripAt > MIN_ROUND_TRIP_LIFE_MS) this.#enter('probe-round-trip', now);
        else if (this.#phaseRounds >= (this.#climbs() ? 1 : CRUISE_ROUNDS)) this.#enter('refill', now);
        return;
      case 'refill':
        if (this.#phaseRounds < 1) return;
        // Probing needs room; what it costs brings the ceiling down again.
        this.#ceiling *= UP_GAIN;
        this.#probedRate = this.#rate();
        this.#enter('up', now);
        return;
      case 'up':
        if (this.#phaseRounds >= 1 && (inFlight >= this.#gain() * this.#bandwidthDelay() || this.#phaseRounds >= 3)) {
          this.#endCycle();
          this.#enter('down', now);
        }
        return;
      case 'probe-round-trip':
        if (now - this.#phaseAt >= PROBE_ROUND_TRIP_MS && this.#phaseRounds >= 1) {
          this.#minRoundTripAt = now;
          this.#enter('cruise', now);
        }
        return;
    }
  }

  /** The rate of the cycle before the last is forgotten; not while the application sets the pace. */
  #endCycle(): void {
    if (!this.#sampledInCycle) return;
    this.#rates = [this.#rates[1], 0];
    this.#sampledInCycle = false;
  }

  #enter(phase: Phase, now: number): void {
    this.#phase = phase;
    this.#phaseRounds = 0;
    this.#phaseAt = now;
  }

  #resize(sample: AckSample): void {
    if (this.#windowBeforeStall > 0) {
      this.#window = this.#windowBeforeStall;
      this.#windowBeforeStall = 0;
    }
    if (this.#phase === 'probe-round-trip') {
      this.#window = Math.max(MINIMUM_WINDOW, this.#bandwidthDelay() / 2);
      return;
    }
    const gain = this.#windowGain();
    const span = Math.max(this.#minRoundTrip, LOOP_MS);
    const floor = this.#minRoundTrip < NEAR_MS ? NEAR_WINDOW : LEAST_TARGET;
    const target = Math.max(floor, gain * this.#rate() * span + Math.max(LEAST_BATCH, this.#batches.largest));
    const grown = this.#window + sample.acked;
    // While the pipe is being filled the estimate lags: the window never shrinks then.
    const limit = this.#phase === 'startup' ? Math.max(target, this.#window) : target;
    this.#window = Math.max(MINIMUM_WINDOW, Math.min(limit, grown, this.#ceiling));
  }
}
