import { type Expression, type RawBuilder, sql } from 'kysely';

export type DialectName = 'sqlite' | 'mysql';

/** What the two kinds of SQL say differently. */
export interface SqlDialect {
  readonly name: DialectName;
  /** Milliseconds since the epoch on the database's clock, when the statement began. */
  readonly now: RawBuilder<number>;
  readonly larger: (a: Expression<number> | number, b: Expression<number> | number) => RawBuilder<number>;
  /** An aggregate: the values of the column in ascending order, a separator between each two; null for no rows. */
  readonly joined: (column: string, separator: string) => RawBuilder<string | null>;
}

export const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
  larger: (a, b) => sql<number>`max(${a}, ${b})`,
  joined: (column, separator) =>
    sql<string | null>`group_concat(${sql.ref(column)}, ${sql.lit(separator)} order by ${sql.ref(column)})`,
};

export const mysqlDialect: SqlDialect = {
  name: 'mysql',
  // Not unix_timestamp(): that goes through the session's time zone and its hour that comes twice.
  now: sql<number>`(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)`,
  larger: (a, b) => sql<number>`greatest(${a}, ${b})`,
  joined: (column, separator) =>
    sql<string | null>`group_concat(${sql.ref(column)} order by ${sql.ref(column)} separator ${sql.lit(separator)})`,
};
