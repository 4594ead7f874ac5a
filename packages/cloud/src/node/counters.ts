import type { RequestType } from '@p2pimg/wire';
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
  /** By type: how requests ended. */
  readonly #requests = new Map<RequestType, Tally>();
  readonly #kinds: Tally = new Tally();
  readonly #begun: Tally = new Tally();
  readonly #moved: Tally = new Tally();

  note(fact: CloudFact): void {
    switch (fact.kind) {
      case 'ended':
        this.#ends(fact.requestType).add(fact.outcome);
        break;
      case 'begun':
        this.#begun.add(fact.by);
        break;
      case 'moved':
        this.#moved.add(fact.cause);
        break;
      case 'chosen':
        if (fact.by === 'take-over') this.#kinds.add('take-over');
        break;
      case 'election':
        this.#kinds.add(fact.fact.kind);
        break;
      default:
        this.#kinds.add(fact.kind);
    }
  }

  noteMalformed(): void {
    this.#kinds.add('malformed');
  }

  get totals(): Counters {
    const of = (kind: string): number => this.#kinds.of(kind);
    return {
      requests: Object.fromEntries(
        [...this.#requests].flatMap(([type, ends]) => ends.entries().map(([outcome, n]) => [`${type} ${outcome}`, n])),
      ),
      takeovers: of('take-over'),
      begun: Object.fromEntries(this.#begun.entries()),
      moved: Object.fromEntries(this.#moved.entries()),
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

  #ends(type: RequestType): Tally {
    const known = this.#requests.get(type);
    if (known !== undefined) return known;
    const fresh = new Tally();
    this.#requests.set(type, fresh);
    return fresh;
  }
}

/** How often, by name; names come from closed sets. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  entries(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts];
  }
}
