import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import type { AckSample, CongestionController } from '../../src/core/recovery/congestion.ts';

/** Constants of `net/ipv4/tcp_bbr.c` in Linux (BBR version 1). */
const HIGH_GAIN = 2.89;
const CYCLE_GAINS = [1.25, 0.75, 1, 1, 1, 1, 1, 1] as const;
const WINDOW_GAIN = 2;
const RATE_ROUNDS = 10;
const FULL_GROWTH = 1.25;
const FULL_ROUNDS = 3;
const MIN_ROUND_TRIP_LIFE_MS = 10_000;
const PROBE_ROUND_TRIP_MS = 200;
const PACING_MARGIN = 0.99;
const MINIMUM_WINDOW: number = 4 * MAX_DATAGRAM_BYTES;
/** What aggregated acknowledgements and a queue in the sender may add to the window. */
const EXTRA_WINDOW: number = 6 * MAX_DATAGRAM_BYTES;

/**
 * The congestion control of TCP bbr in Linux as a rival for the simulations: version 1, which does not look at loss.
 * Left out: long-term sampling (policers), recovery's packet conservation.
 */
export class Bbr1 implements CongestionController {
  #phase: 'startup' | 'drain' | 'cycle' | 'probe-round-trip' = 'startup';
  #window: number = 10 * MAX_DATAGRAM_BYTES;
  #rates: { readonly round: number; readonly rate: number }[] = [];
  #round = 0;
  #roundEnd = 0;
  #fullRate = 0;
  #fullRounds = 0;
  #minRoundTrip = Number.POSITIVE_INFINITY;
  #minRoundTripAt = 0;
  #cycle = 0;
  #cycleAt = 0;
  #lost = 0;
  #probeDoneAt = 0;
  #windowBefore = 0;

  readonly #firstCycle: number;

  /** @param firstCycle where its cycle begins, 0 … 7 without 1: the kernel throws dice */
  constructor(firstCycle = 2) {
    this.#firstCycle = firstCycle;
  }

  get window(): number {
    return this.#window;
  }

  get pacingRate(): number {
    if (this.#rate === 0) return Number.POSITIVE_INFINITY;
    return this.#gain * this.#rate * PACING_MARGIN;
  }

  onSent(): void {}

  onAck(sample: AckSample): void {
    const { now, roundTrip } = sample;
    if (sample.deliveredBefore >= this.#roundEnd) {
      this.#roundEnd = sample.delivered;
      this.#round++;
      if (this.#phase === 'startup' && !sample.appLimited) this.#checkFull();
    }
    if (!sample.appLimited || sample.deliveryRate > this.#rate) this.#addRate(sample.deliveryRate);
    const expired = now - this.#minRoundTripAt > MIN_ROUND_TRIP_LIFE_MS;
    if (roundTrip <= this.#minRoundTrip || expired) {
      this.#minRoundTrip = roundTrip;
      this.#minRoundTripAt = now;
    }
    this.#step(sample, expired);
    this.#lost = 0;
    this.#resize(sample);
  }

  onLoss(bytes: number): void {
    this.#lost += bytes;
  }

  onSpuriousLoss(): void {}

  onPersistentLoss(): void {
    this.#window = MINIMUM_WINDOW;
  }

  get #rate(): number {
    return this.#rates[0]?.rate ?? 0;
  }

  get #gain(): number {
    if (this.#phase === 'startup') return HIGH_GAIN;
    if (this.#phase === 'drain') return 1 / HIGH_GAIN;
    return this.#phase === 'cycle' ? CYCLE_GAINS[this.#cycle]! : 1;
  }

  get #bandwidthDelay(): number {
    return this.#rate * this.#minRoundTrip;
  }

  /** A queue of falling rates: the first is the largest of the last ten rounds. */
  #addRate(rate: number): void {
    while ((this.#rates.at(-1)?.rate ?? Number.POSITIVE_INFINITY) <= rate) this.#rates.pop();
    this.#rates.push({ round: this.#round, rate });
    while (this.#rates[0]!.round < this.#round - RATE_ROUNDS) this.#rates.shift();
  }

  #checkFull(): void {
    if (this.#rate >= this.#fullRate * FULL_GROWTH) {
      this.#fullRate = this.#rate;
      this.#fullRounds = 0;
    } else if (++this.#fullRounds >= FULL_ROUNDS) this.#phase = 'drain';
  }

  #step({ now, inFlight, acked }: AckSample, expired: boolean): void {
    if (this.#phase === 'drain' && inFlight <= this.#bandwidthDelay) this.#enterCycle(now);
    if (this.#phase === 'cycle') {
      const gain = CYCLE_GAINS[this.#cycle]!;
      const before = inFlight + acked;
      const over = now - this.#cycleAt > this.#minRoundTrip;
      const next =
        gain === 1
          ? over
          : gain > 1
            ? over && (this.#lost > 0 || before >= gain * this.#bandwidthDelay)
            : over || before <= this.#bandwidthDelay;
      if (next) {
        this.#cycle = (this.#cycle + 1) % CYCLE_GAINS.length;
        this.#cycleAt = now;
      }
    }
    if (expired && this.#phase !== 'probe-round-trip') {
      this.#windowBefore = this.#window;
      this.#phase = 'probe-round-trip';
      this.#probeDoneAt = 0;
    }
    if (this.#phase !== 'probe-round-trip') return;
    if (this.#probeDoneAt === 0) {
      if (inFlight <= MINIMUM_WINDOW) this.#probeDoneAt = now + Math.max(PROBE_ROUND_TRIP_MS, this.#minRoundTrip);
    } else if (now >= this.#probeDoneAt) {
      this.#minRoundTripAt = now;
      this.#window = Math.max(this.#window, this.#windowBefore);
      if (this.#fullRounds >= FULL_ROUNDS) this.#enterCycle(now);
      else this.#phase = 'startup';
    }
  }

  #enterCycle(now: number): void {
    this.#phase = 'cycle';
    this.#cycle = this.#firstCycle;
    this.#cycleAt = now;
  }

  #resize({ acked }: AckSample): void {
    if (this.#phase === 'probe-round-trip') {
      this.#window = MINIMUM_WINDOW;
      return;
    }
    const gain = this.#phase === 'startup' || this.#phase === 'drain' ? HIGH_GAIN : WINDOW_GAIN;
    const target = gain * this.#bandwidthDelay + EXTRA_WINDOW;
    const full = this.#fullRounds >= FULL_ROUNDS;
    if (full) this.#window = Math.min(this.#window + acked, target);
    else if (this.#window < target) this.#window += acked;
    this.#window = Math.max(MINIMUM_WINDOW, this.#window);
  }
}
