import { Deadlines } from '../deadlines.ts';
import { Entry, isUnanswered } from './entry.ts';

/**
 * The ids of requests that this server has heard of, kept past the time at which any client may still send them.
 * Bounded: past the limit answered ids go first, oldest first; then nothing new is let in.
 */
export class RequestTable {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();
  /** Not yet answered. Small even when many ids are remembered. */
  readonly #unanswered: Entry[] = [];
  readonly #expiry: Deadlines<Entry> = new Deadlines();
  readonly #perClient = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** A new entry, or undefined when there is no room. */
  add(id: string, forgetAt: number): Entry | undefined {
    if (this.#entries.size >= this.#limit && !this.#evictOne()) return undefined;
    const entry = new Entry(id);
    this.#entries.set(id, entry);
    this.#list(entry);
    this.#expiry.set(entry.expiry, forgetAt);
    return entry;
  }

  keepUntil(entry: Entry, forgetAt: number): void {
    this.#expiry.set(entry.expiry, forgetAt);
  }

  /** Call after the phase has changed. */
  noteChanged(entry: Entry): void {
    const isListed = entry.place >= 0;
    if (isUnanswered(entry) === isListed) return;
    if (isListed) {
      this.#unlist(entry);
      this.#uncount(entry);
    } else {
      this.#list(entry);
      this.#count(entry);
    }
  }

  /** Call when an entry gets its client for the first time. */
  noteClient(entry: Entry): void {
    if (entry.place >= 0) this.#count(entry);
  }

  unansweredOf(clientKey: string): number {
    return this.#perClient.get(clientKey) ?? 0;
  }

  unanswered(): readonly Entry[] {
    return [...this.#unanswered];
  }

  get unansweredCount(): number {
    return this.#unanswered.length;
  }

  /** When the next id may be forgotten, or Infinity. */
  nextExpiry(): number {
    return this.#expiry.next();
  }

  /** Forgets one id whose time has come and returns its entry. */
  takeExpired(now: number): Entry | undefined {
    const entry = this.#expiry.takeDue(now);
    if (entry !== undefined) this.#remove(entry);
    return entry;
  }

  #evictOne(): boolean {
    for (const entry of this.#entries.values()) {
      if (entry.place >= 0) continue;
      this.#remove(entry);
      return true;
    }
    return false;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#expiry.clear(entry.expiry);
    if (entry.place < 0) return;
    this.#unlist(entry);
    this.#uncount(entry);
  }

  #list(entry: Entry): void {
    entry.place = this.#unanswered.length;
    this.#unanswered.push(entry);
  }

  /** The last one takes its place. */
  #unlist(entry: Entry): void {
    const last = this.#unanswered.pop()!;
    if (last !== entry) {
      this.#unanswered[entry.place] = last;
      last.place = entry.place;
    }
    entry.place = -1;
  }

  #count(entry: Entry): void {
    const key = entry.client?.keyHex;
    if (key !== undefined) this.#perClient.set(key, this.unansweredOf(key) + 1);
  }

  #uncount(entry: Entry): void {
    const key = entry.client?.keyHex;
    if (key === undefined) return;
    const count = this.unansweredOf(key) - 1;
    if (count > 0) this.#perClient.set(key, count);
    else this.#perClient.delete(key);
  }
}
