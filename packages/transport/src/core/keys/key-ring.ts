import type { EpochKeys } from './epoch-keys.ts';

/** Ages of keys in ms: WireGuard's REKEY_AFTER_TIME and REJECT_AFTER_TIME. */
export const REKEY_AFTER_MS = 120_000;
export const REJECT_AFTER_MS = 180_000;

/** The epochs of one session: the newest confirmed one seals, the others still open until they are too old. */
export class KeyRing {
  #sending: EpochKeys;
  #epochs: EpochKeys[];

  constructor(first: EpochKeys) {
    this.#sending = first;
    this.#epochs = [first];
  }

  get sending(): EpochKeys {
    return this.#sending;
  }

  /** Adds an epoch that opens; it seals only after `confirm`. */
  add(epoch: EpochKeys): void {
    this.#epochs = [...this.#epochs.filter((e) => e.number !== epoch.number), epoch];
  }

  /** A packet under this epoch was opened, so the peer has it: seal under the newest such one. */
  confirm(epoch: EpochKeys): void {
    if (epoch !== this.#sending && epoch.madeAt >= this.#sending.madeAt) this.#sending = epoch;
  }

  /** The keys for an incoming packet, or undefined if there never were any or they are too old. */
  find(number: number, now: number): EpochKeys | undefined {
    for (const epoch of this.#epochs) {
      if (epoch.number === number) return now < expiryOf(epoch) ? epoch : undefined;
    }
    return undefined;
  }

  /** When the oldest keys are to be forgotten; those that seal are never older than that allows. */
  get expiresAt(): number {
    return expiryOf(this.#epochs[0] ?? this.#sending);
  }

  /** Drops epochs too old to open anything. False if nothing is left to seal with. */
  expire(now: number): boolean {
    this.#epochs = this.#epochs.filter((epoch) => now < expiryOf(epoch));
    return now < expiryOf(this.#sending);
  }

  forgetLane(lane: number): void {
    for (const epoch of this.#epochs) epoch.forgetLane(lane);
  }
}

/** The one form of the deadline: a difference is rounded otherwise than a sum, and a timer set by one would find the other not yet reached. */
const expiryOf = (epoch: EpochKeys): number => epoch.madeAt + REJECT_AFTER_MS;
