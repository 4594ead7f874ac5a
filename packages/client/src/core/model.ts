import { type Change, SELF, type Self, TABLES, type Table, type Tables } from './records.ts';

type Rows = { readonly [T in Table]: Map<string, Tables[T]> };

/** What is on the disk, in memory. Changed only by what has been stored. */
export class Model {
  readonly #rows: Rows = Object.fromEntries(TABLES.map((table) => [table, new Map()])) as unknown as Rows;

  constructor(records: readonly Change[]) {
    this.apply(records);
  }

  get<T extends Table>(table: T, key: string): Tables[T] | undefined {
    return this.#rows[table].get(key) as Tables[T] | undefined;
  }

  /** In the order in which the keys were first stored. */
  all<T extends Table>(table: T): readonly Tables[T][] {
    return [...this.#rows[table].values()] as Tables[T][];
  }

  /** The keys that were stored first: as many as there are, at most `count`. */
  oldest(table: Table, count: number): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#rows[table].keys()) {
      if (keys.length >= count) break;
      keys.push(key);
    }
    return keys;
  }

  size(table: Table): number {
    return this.#rows[table].size;
  }

  get self(): Self | undefined {
    return this.get('self', SELF);
  }

  apply(changes: readonly Change[]): void {
    for (const { table, key, value } of changes) {
      const rows = this.#rows[table] as Map<string, unknown>;
      if (value === null) rows.delete(key);
      else rows.set(key, value);
    }
  }
}
