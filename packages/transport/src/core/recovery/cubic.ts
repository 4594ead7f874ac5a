import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import type { AckSample, CongestionController } from './congestion.ts';

const BETA = 0.7;
const C = 0.4;
const INITIAL_WINDOW: number = 32 * MAX_DATAGRAM_BYTES;
const MINIMUM_WINDOW: number = 4 * MAX_DATAGRAM_BYTES;
/** Slow start ends when the round trip grows by an eighth of the minimum, at least this (HyStart++, RFC 9406), in ms. */
const MIN_ROUND_TRIP_GROWTH_MS = 4;

/** CUBIC (RFC 9438) with the delay exit of HyStart++ (RFC 9406); counts bytes, times in ms. */
export class Cubic implements CongestionController {
  #window = INITIAL_WINDOW;
  #threshold = Number.POSITIVE_INFINITY;
  #maximum = 0;
  #epochStart = -1;
  #k = 0;
  #recoveryStart = -1;
  #smoothed = 0;
  #undo: { readonly window: number; readonly threshold: number } | undefined;

  get window(): number {
    return this.#window;
  }

  get pacingRate(): number {
    if (this.#smoothed === 0) return Number.POSITIVE_INFINITY;
    return ((this.#window < this.#threshold ? 2 : 1.2) * this.#window) / Math.max(this.#smoothed, 0.05);
  }

  onSent(): void {}

  onAck(sample: AckSample): void {
    this.#smoothed = sample.smoothedRoundTrip;
    // A window that the application does not fill says nothing about the path (RFC 9438, section 5.8).
    if (sample.sentAt <= this.#recoveryStart || sample.inFlight + sample.acked < this.#window / 2) return;
    if (this.#window < this.#threshold) {
      this.#window += sample.acked;
      const growth = Math.max(MIN_ROUND_TRIP_GROWTH_MS, sample.minRoundTrip / 8);
      if (sample.roundTrip > sample.minRoundTrip + growth) this.#threshold = this.#window;
      return;
    }
    this.#avoidCongestion(sample);
  }

  onLoss(_bytes: number, sentAt: number, _inFlight: number, now: number): void {
    if (sentAt <= this.#recoveryStart) return;
    this.#undo = { window: this.#window, threshold: this.#threshold };
    this.#recoveryStart = now;
    this.#epochStart = -1;
    // Fast convergence: leave room when the window shrinks twice in a row.
    this.#maximum = this.#window < this.#maximum ? (this.#window * (1 + BETA)) / 2 : this.#window;
    this.#window = Math.max(MINIMUM_WINDOW, this.#window * BETA);
    this.#threshold = this.#window;
  }

  onSpuriousLoss(): void {
    if (this.#undo === undefined) return;
    this.#window = Math.max(this.#window, this.#undo.window);
    this.#threshold = this.#undo.threshold;
    this.#undo = undefined;
  }

  onPersistentLoss(): void {
    this.#threshold = Math.max(MINIMUM_WINDOW, this.#window / 2);
    this.#window = MINIMUM_WINDOW;
    this.#epochStart = -1;
  }

  #avoidCongestion(sample: AckSample): void {
    if (this.#epochStart < 0) {
      this.#epochStart = sample.now;
      this.#maximum = Math.max(this.#maximum, this.#window);
      this.#k = Math.cbrt((this.#maximum - this.#window) / MAX_DATAGRAM_BYTES / C);
    }
    const t = (sample.now - this.#epochStart + sample.minRoundTrip) / 1000;
    const target = this.#maximum + C * (t - this.#k) ** 3 * MAX_DATAGRAM_BYTES;
    const reno = (sample.acked / this.#window) * MAX_DATAGRAM_BYTES * 0.53;
    const cubic = target > this.#window ? ((target - this.#window) / this.#window) * sample.acked : 0;
    this.#window += Math.min(Math.max(reno, cubic), sample.acked / 2);
  }
}
