/** How far a transfer is, in words: `uploading 40 % of 1.2 MB (s1, 310 KB/s, 3 s left)`. */

import type { Progress } from '@p2pimg/client';

/** The rate is that of the last so many ms: what was before says little about what is left. */
const WINDOW_MS = 5_000;
const MAX_SAMPLES = 64;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Rate and time left of one transfer, from how far it was when. Times in ms of any clock that only rises. */
export class TransferMeter {
  #samples: Sample[] = [];

  sample(at: number, done: number): void {
    const last = this.#samples.at(-1);
    // Less than before: it began again.
    if (last !== undefined && done < last.done) this.#samples = [];
    this.#samples.push({ at, done });
    const recent = this.#samples.filter((sample) => at - sample.at <= WINDOW_MS);
    // Two samples at least, however far apart: a slow transfer has a rate too.
    this.#samples = (recent.length >= 2 ? recent : this.#samples.slice(-2)).slice(-MAX_SAMPLES);
  }

  /** Bytes per second; undefined before it can be told. */
  get rate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return undefined;
    return (1_000 * (last.done - first.done)) / (last.at - first.at);
  }

  /** Seconds until `total`; undefined before it can be told, or when nothing moves. */
  secondsLeft(total: number): number | undefined {
    const { rate } = this;
    const last = this.#samples.at(-1);
    if (rate === undefined || rate <= 0 || last === undefined) return undefined;
    return Math.max(0, total - last.done) / rate;
  }
}

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  waiting: 'waiting for a server',
  uploading: 'uploading',
  encoding: 'hiding the picture',
  downloading: 'downloading',
  checking: 'checking that it comes back whole',
  publishing: 'publishing',
};

/** Follows an encoding: one meter for each of its transfers. */
export class EncodingProgress {
  readonly #now: () => number;
  #phase: Progress['phase'] | undefined;
  #meter: TransferMeter = new TransferMeter();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  line(progress: Progress): string {
    if (progress.phase !== this.#phase) this.#meter = new TransferMeter();
    this.#phase = progress.phase;
    const phase = PHASES[progress.phase];
    if (progress.phase !== 'uploading' && progress.phase !== 'downloading') return `${phase} …`;
    const { done, total, server } = progress;
    this.#meter.sample(this.#now(), done);
    return `${phase} ${transferText({ done, total, with: server }, this.#meter)}`;
  }
}

/** Follows pictures that arrive from peers: a meter for each. */
export class ArrivalProgress {
  readonly #now: () => number;
  readonly #meters: Map<string, TransferMeter> = new Map();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  line(news: {
    readonly from: number;
    readonly imageId: string;
    readonly bytes: number;
    readonly done: number;
    readonly resumedFrom: number;
  }): string {
    const { imageId, from, bytes: total, done, resumedFrom } = news;
    const meter = this.#meters.get(imageId) ?? new TransferMeter();
    this.#meters.set(imageId, meter);
    meter.sample(this.#now(), done);
    if (done >= total) this.#meters.delete(imageId);
    const resumed = resumedFrom === 0 ? '' : `, resumed at ${percentOf(resumedFrom, total)} %`;
    return `receiving ${transferText({ done, total, with: `client ${from}${resumed}` }, meter)}`;
  }
}

/** Whole percent, rounded down: 100 only when all is there. */
export function percentOf(done: number, total: number): number {
  return Math.floor((100 * done) / Math.max(1, total));
}

interface Transfer {
  readonly done: number;
  readonly total: number;
  readonly with: string;
}

function transferText({ done, total, with: peer }: Transfer, meter: TransferMeter): string {
  const { rate } = meter;
  const left = meter.secondsLeft(total);
  const facts = [
    peer,
    ...(rate === undefined ? [] : [`${bytesText(rate)}/s`]),
    ...(left === undefined ? [] : [`${secondsText(left)} left`]),
  ];
  return `${percentOf(done, total)} % of ${bytesText(total)} (${facts.join(', ')})`;
}

/** `950 B`, `1.2 KB`, `30 MB`; in thousands. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1_000, 'KB'] : [bytes / 1_000_000, 'MB'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** `3 s`, `2 min 5 s` */
export function secondsText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
