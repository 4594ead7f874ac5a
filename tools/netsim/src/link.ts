import type { Random } from './random.ts';

/** How one direction between two nodes behaves. Milliseconds, bytes, probabilities in [0, 1]. */
export interface LinkModel {
  /** One-way delay, before jitter. */
  readonly delayMs: number;
  /** Uniform extra delay in [0, jitterMs); messages overtake each other within it. */
  readonly jitterMs: number;
  /** Independent loss. */
  readonly loss: number;
  /** Probability that a message begins a burst: it and the following `burstLength − 1` on this link are lost. */
  readonly burst: number;
  readonly burstLength: number;
  /** Probability of a second copy, with its own delay. */
  readonly duplicate: number;
  /** Probability of being held back by `reorderMs` more. */
  readonly reorder: number;
  readonly reorderMs: number;
  /** Probability that bytes are flipped on the way (only with `corrupt` in the simulation's options). */
  readonly corruption: number;
  /** Infinity: no serialisation delay. */
  readonly bytesPerSecond: number;
  /** Bytes that may wait for the line; what does not fit is lost. */
  readonly queueBytes: number;
}

/** A quiet switched LAN. */
export const LAN: LinkModel = {
  delayMs: 0.2,
  jitterMs: 0.1,
  loss: 0,
  burst: 0,
  burstLength: 1,
  duplicate: 0,
  reorder: 0,
  reorderMs: 0,
  corruption: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  queueBytes: Number.POSITIVE_INFINITY,
};

/** Why a message did not arrive. */
export type LossCause = 'loss' | 'burst' | 'queue' | 'partition';

/** The state of one direction between two nodes. */
export class Link {
  /** Nesting depth of the partitions that cut this direction. */
  cuts = 0;
  #base: LinkModel;
  /** `#base` with all of `#changes`, in order. */
  #model: LinkModel;
  #changes: Partial<LinkModel>[] = [];
  #burstLeft = 0;
  #lineFreeAt = 0;

  constructor(model: LinkModel) {
    this.#base = model;
    this.#model = model;
  }

  get model(): LinkModel {
    return this.#model;
  }

  /** Changes the link for good. */
  set(change: Partial<LinkModel>): void {
    this.#base = { ...this.#base, ...change };
    this.#merge();
  }

  /** Changes the link until the returned function is called. */
  change(change: Partial<LinkModel>): () => void {
    const entry = { ...change };
    this.#changes.push(entry);
    this.#merge();
    return () => {
      this.#changes = this.#changes.filter((other) => other !== entry);
      this.#merge();
    };
  }

  /** Whether a message that enters now is lost, and why. Advances the burst. */
  lossOf(random: Random): LossCause | undefined {
    if (this.cuts > 0) return 'partition';
    if (this.#burstLeft > 0) {
      this.#burstLeft -= 1;
      return 'burst';
    }
    const model = this.#model;
    if (random.chance(model.burst)) {
      this.#burstLeft = model.burstLength - 1;
      return 'burst';
    }
    return random.chance(model.loss) ? 'loss' : undefined;
  }

  /** Milliseconds that the line needs for `bytes` from `now` on, or undefined when its queue is full. */
  serialize(now: number, bytes: number): number | undefined {
    const { bytesPerSecond, queueBytes } = this.#model;
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return 0;
    const waiting = Math.max(0, this.#lineFreeAt - now);
    if ((waiting / 1000) * bytesPerSecond + bytes > queueBytes) return undefined;
    this.#lineFreeAt = now + waiting + (bytes / bytesPerSecond) * 1000;
    return this.#lineFreeAt - now;
  }

  /** Propagation, jitter and being held back. */
  delayOf(random: Random): number {
    const model = this.#model;
    let delay = model.delayMs;
    if (model.jitterMs > 0) delay += random.float() * model.jitterMs;
    if (random.chance(model.reorder)) delay += model.reorderMs;
    return delay;
  }

  #merge(): void {
    this.#model = Object.assign({}, this.#base, ...this.#changes);
  }
}
