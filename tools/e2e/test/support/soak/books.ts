import { ClientError } from '@p2pimg/client';
import { RemoteError } from '../../../src/index.ts';

/** Refusals that are answers, in traffic where everybody does as they like at the same time. */
const ANSWERS = new Set([
  'already_asked',
  'already_held',
  'image_unknown',
  'not_held',
  'not_shared',
  'offer_unknown',
  'peer_refused',
  'request_unknown',
]);

/** What must come out in the end: kept by the test, from what the clients were told. */
export class Books {
  /** Actions that ended well, by kind. */
  readonly actions: Map<string, number> = new Map();
  /** Refusals that are answers, by action and code. */
  readonly refusals: Map<string, number> = new Map();
  /** What should not have gone wrong. */
  readonly failures: string[] = [];
  /** The longest that an action of a kind has taken, in ms. */
  readonly longest: Map<string, number> = new Map();
  readonly #given = new Map<string, number>();
  readonly #shown = new Map<string, number>();

  /** Carries an action out and notes how it ended. */
  async note(kind: string, action: () => Promise<unknown>): Promise<void> {
    const started = performance.now();
    try {
      await action();
      add(this.actions, kind, 1);
    } catch (error) {
      const known = error instanceof ClientError || error instanceof RemoteError;
      if (known && ANSWERS.has(error.code)) add(this.refusals, `${kind} ${error.code}`, 1);
      else this.failures.push(`${kind}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    } finally {
      const ms = Math.round(performance.now() - started);
      this.longest.set(kind, Math.max(ms, this.longest.get(kind) ?? 0));
    }
  }

  /** An owner has decided to give these views; before it is told to anybody. */
  giving(viewerId: number, imageId: string, views: number): void {
    add(this.#given, `${viewerId} ${imageId}`, views);
  }

  /** A viewer has seen the picture. */
  seen(viewerId: number, imageId: string): void {
    add(this.#shown, `${viewerId} ${imageId}`, 1);
  }

  /** Pictures seen by these. */
  seenBy(viewerIds: readonly number[]): number {
    return [...this.#shown].reduce(
      (sum, [pair, count]) => (viewerIds.includes(Number(pair.split(' ')[0])) ? sum + count : sum),
      0,
    );
  }

  /** Pairs of viewer and picture that were seen more often than they were given: there must be none. */
  gained(): readonly string[] {
    return [...this.#shown].flatMap(([pair, count]) => {
      const given = this.#given.get(pair) ?? 0;
      return count > given ? [`${pair}: given ${given}, seen ${count}`] : [];
    });
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
