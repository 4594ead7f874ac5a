import { type Kysely, sql } from 'kysely';
import { DirectoryError } from '../errors.ts';
import { type MysqlEndpoint, parseLocation } from '../location.ts';
import { isServerVersionKnown } from '../mysql/server-version.ts';
import type { DirectoryOptions } from '../open.ts';
import { requireSchema, schemaVersion } from '../schema/migrate.ts';
import type { Tables } from '../schema/tables.ts';
import { mysqlDialect } from '../sql/dialect.ts';
import { onDatabase } from './database.ts';

export interface CheckResult {
  /** What was looked at: `reach`, `schema`, `write`, `clock`, `privileges`, `cluster`, `integrity`, `journal`, `tls`. */
  readonly name: string;
  /** `host:port`, or nothing for a file. */
  readonly node: string;
  readonly level: 'ok' | 'warning' | 'error';
  /** One line for the operator. */
  readonly detail: string;
}

type Finding = Omit<CheckResult, 'node'>;

/** Two clocks that differ by this much confuse whoever reads logs; by ten minutes, claims. */
const CLOCK_WARNING_MS = 5000;
const CLOCK_ERROR_MS = 300_000;

/** Looks for what would go wrong, at every endpoint by itself; changes nothing. @throws InvalidError for the URL */
export async function checkDatabase(url: string, options: DirectoryOptions = {}): Promise<readonly CheckResult[]> {
  const location = parseLocation(url);
  if (location.kind === 'sqlite') {
    return (await reached(() => onDatabase(location, options, checkFile))).map((finding) => ({ ...finding, node: '' }));
  }
  const results: CheckResult[] = [];
  for (const endpoint of location.endpoints) {
    const node = `${endpoint.host}:${endpoint.port}`;
    const findings = await reached(() =>
      onDatabase({ kind: 'mysql', endpoints: [endpoint] }, { deadlineMs: 3000, ...options }, (db) =>
        checkNode(db, endpoint, options),
      ),
    );
    results.push(...findings.map((finding) => ({ ...finding, node })));
  }
  return results;
}

async function reached(check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [{ name: 'reach', level: 'error', detail: describe(error) }];
  }
}

async function checkFile(db: Kysely<Tables>): Promise<readonly Finding[]> {
  const integrity = await sql<{ integrity_check: string }>`pragma integrity_check(1)`.execute(db);
  const verdict = integrity.rows[0]?.integrity_check ?? 'no answer';
  const journal = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
  const mode = journal.rows[0]?.journal_mode ?? 'unknown';
  return [
    ...(await checkTables(db)),
    { name: 'integrity', level: verdict === 'ok' ? 'ok' : 'error', detail: verdict },
    { name: 'journal', level: mode === 'wal' || mode === 'memory' ? 'ok' : 'warning', detail: `journal mode ${mode}` },
  ];
}

async function checkNode(
  db: Kysely<Tables>,
  endpoint: MysqlEndpoint,
  options: DirectoryOptions,
): Promise<readonly Finding[]> {
  const answer = await sql<{
    version: string;
    at: number;
  }>`select version() as version, ${mysqlDialect.now} as at`.execute(db);
  const { version = 'unknown', at = 0 } = answer.rows[0] ?? {};
  const ahead = at - Date.now();
  const clock = Math.abs(ahead) > CLOCK_ERROR_MS ? 'error' : Math.abs(ahead) > CLOCK_WARNING_MS ? 'warning' : 'ok';
  return [
    { name: 'reach', level: isServerVersionKnown(version) ? 'ok' : 'error', detail: version },
    { name: 'clock', level: clock, detail: `${ahead} ms ahead of this machine` },
    ...(await checkTables(db)),
    await checkPrivileges(db),
    await checkCluster(db),
    checkTls(endpoint, options),
  ];
}

/** Without tables there is nothing to write to. */
async function checkTables(db: Kysely<Tables>): Promise<readonly Finding[]> {
  const schema = await checkSchema(db);
  return (await schemaVersion(db)) === 0 ? [schema] : [schema, await checkWrite(db)];
}

async function checkSchema(db: Kysely<Tables>): Promise<Finding> {
  try {
    await requireSchema(db);
    return { name: 'schema', level: 'ok', detail: 'as this program needs it' };
  } catch (error) {
    return { name: 'schema', level: 'error', detail: describe(error) };
  }
}

/** A change that matches no row: refused by a read-only database, without effect on any other. */
async function checkWrite(db: Kysely<Tables>): Promise<Finding> {
  try {
    await db.updateTable('meta').set({ schema_version: 0 }).where('id', '=', -1).execute();
    return { name: 'write', level: 'ok', detail: 'changes are accepted' };
  } catch (error) {
    return { name: 'write', level: 'error', detail: describe(error) };
  }
}

async function checkPrivileges(db: Kysely<Tables>): Promise<Finding> {
  const { rows } = await sql<Record<string, string>>`show grants`.execute(db);
  const grants = rows.flatMap((row) => Object.values(row)).filter((grant) => !/^GRANT USAGE ON/i.test(grant));
  const excess = ['ALL PRIVILEGES', 'DELETE', 'DROP', 'CREATE', 'ALTER', 'SUPER'].filter((privilege) =>
    grants.some((grant) => new RegExp(`\\b${privilege}\\b`).test(grant.split(' ON ')[0] ?? '')),
  );
  return excess.length === 0
    ? { name: 'privileges', level: 'ok', detail: 'no more than a server needs' }
    : { name: 'privileges', level: 'warning', detail: `more than a server needs: ${excess.join(', ')}` };
}

async function checkCluster(db: Kysely<Tables>): Promise<Finding> {
  const { rows } = await sql<{ Variable_name: string; Value: string }>`show global status like 'wsrep_%'`.execute(db);
  const status = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  if (!status.get('wsrep_provider_name')) return { name: 'cluster', level: 'ok', detail: 'not a Galera node' };
  const ready = status.get('wsrep_ready') === 'ON';
  const detail = `${status.get('wsrep_local_state_comment')}, ${status.get('wsrep_cluster_status')}, ${status.get('wsrep_cluster_size')} nodes`;
  return { name: 'cluster', level: ready ? 'ok' : 'error', detail };
}

function checkTls({ host }: MysqlEndpoint, { tls }: DirectoryOptions): Finding {
  const local = host === 'localhost' || host === '::1' || /^127\./.test(host);
  if (tls !== undefined) return { name: 'tls', level: 'ok', detail: 'TLS 1.3, the server’s name is checked' };
  return { name: 'tls', level: local ? 'ok' : 'warning', detail: local ? 'loopback' : 'traffic is not encrypted' };
}

function describe(error: unknown): string {
  return error instanceof DirectoryError ? error.message : String((error as Error)?.message ?? error);
}
