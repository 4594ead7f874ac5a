/** Which database servers this program can work with. */

import { type Kysely, sql } from 'kysely';
import { UnavailableError } from '../errors.ts';
import type { Tables } from '../schema/tables.ts';

/** The oldest that still get security fixes; older ones lack READ COMMITTED as the calls rely on it, or TLS 1.3. */
const OLDEST = { mariadb: [10, 6], mysql: [8, 0] } as const;

/** @throws UnavailableError database_too_old */
export async function requireServerVersion(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db);
  const version = rows[0]?.version ?? '';
  if (isServerVersionKnown(version)) return;
  throw new UnavailableError(
    'database_too_old',
    `the database server is too old: MariaDB ${OLDEST.mariadb.join('.')} or MySQL ${OLDEST.mysql.join('.')} is needed`,
    { retryAfterMs: 60_000 },
  );
}

/** @param version what `version()` says: `10.11.14-MariaDB-0+deb12u2`, `8.0.36`, `8.0.11-TiDB-v7.5.0` */
export function isServerVersionKnown(version: string): boolean {
  const oldest = /mariadb/i.test(version) ? OLDEST.mariadb : OLDEST.mysql;
  // MariaDB has called itself 5.5.5 to please old replicas.
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-(?=\d)/, '')) ?? [];
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}
