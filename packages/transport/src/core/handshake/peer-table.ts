import { toHex } from '@p2pimg/wire';
import type { Session } from '../session/session.ts';

/** Timestamps are remembered this long after the last one: a replayed message 1 opens nothing anyway. */
const REMEMBER_MS = 180_000;
const MAX_REMEMBERED = 65_536;

export interface PeerRecord {
  /** The highest timestamp in a message 1 of this key. */
  timestamp: number;
  seenAt: number;
  /** Handshakes so far without a session: the pre-shared keys are tried in turn. */
  attempts: number;
  unconfirmed: Session | undefined;
  /** The one incoming session of this key. */
  established: Session | undefined;
}

/** What a responder knows of initiators, by static key. Bounded; records without a session are forgotten, oldest first. */
export class PeerTable {
  readonly #records = new Map<string, PeerRecord>();

  /**
   * The record of the key, moved to the newest place; undefined if `timestamp` is not above all earlier ones.
   */
  admitTimestamp(key: Uint8Array, timestamp: number, now: number): PeerRecord | undefined {
    const name = toHex(key);
    const record = this.#records.get(name);
    if (record !== undefined && timestamp <= record.timestamp) return undefined;
    this.#expire(now);
    const next = record ?? { timestamp, seenAt: now, attempts: 0, unconfirmed: undefined, established: undefined };
    next.timestamp = timestamp;
    next.seenAt = now;
    this.#records.delete(name);
    this.#records.set(name, next);
    return next;
  }

  find(key: Uint8Array): PeerRecord | undefined {
    return this.#records.get(toHex(key));
  }

  #expire(now: number): void {
    // One round at most, though what stays is put behind the others.
    let left = this.#records.size;
    for (const [name, record] of this.#records) {
      if (left-- === 0 || (record.seenAt + REMEMBER_MS > now && this.#records.size < MAX_REMEMBERED)) return;
      this.#records.delete(name);
      if (record.established === undefined && record.unconfirmed === undefined) continue;
      // Strangers with many keys must not make us forget who is here; it is asked again when it has become the oldest.
      record.seenAt = now;
      this.#records.set(name, record);
    }
  }
}
