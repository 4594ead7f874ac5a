import type { ChosenBy, CloudFact, MoveCause } from '../core/facts.ts';

/** What has happened since the start, by kind. */
export interface Counters {
  /** `<type> <outcome>` → how often. */
  readonly requests: Readonly<Record<string, number>>;
  readonly takeovers: number;
  /** How often this server began to work, by how it came to the request. */
  readonly begun: Readonly<Partial<Record<ChosenBy, number>>>;
  /** Requests that moved on from another server, by cause. */
  readonly moved: Readonly<Partial<Record<MoveCause, number>>>;
  readonly doubled: number;
  readonly duplicates: number;
  readonly turnedAway: number;
  /** Requests that found no worker port and no place in the queue. */
  readonly noRoom: number;
  readonly suspicions: number;
  readonly refutations: number;
  readonly deaths: number;
  readonly malformed: number;
}

/** Counts facts. */
export class Counting {
  readonly #requests: Record<string, number> = {};
  readonly #kinds: Record<string, number> = {};
  readonly #begun: Record<string, number> = {};
  readonly #moved: Record<string, number> = {};

  note(fact: CloudFact): void {
    if (fact.kind === 'ended') add(this.#requests, `${fact.requestType} ${fact.outcome}`);
    else if (fact.kind === 'election') add(this.#kinds, fact.fact.kind);
    else if (fact.kind === 'chosen' && fact.by === 'take-over') add(this.#kinds, 'take-over');
    else add(this.#kinds, fact.kind);
    if (fact.kind === 'begun') add(this.#begun, fact.by);
    if (fact.kind === 'moved') add(this.#moved, fact.cause);
  }

  noteMalformed(): void {
    add(this.#kinds, 'malformed');
  }

  get totals(): Counters {
    const of = (kind: string): number => this.#kinds[kind] ?? 0;
    return {
      requests: { ...this.#requests },
      takeovers: of('take-over'),
      begun: { ...this.#begun },
      moved: { ...this.#moved },
      doubled: of('doubled'),
      duplicates: of('duplicate'),
      turnedAway: of('turnedAway'),
      noRoom: of('noRoom'),
      suspicions: of('suspected'),
      refutations: of('refuted'),
      deaths: of('died'),
      malformed: of('malformed'),
    };
  }
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
