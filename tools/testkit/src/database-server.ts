import { randomBytes } from 'node:crypto';
import { access, cp, mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { findProgram, provide } from '../../system-packages.mjs';
import { freeTcpPort } from './free-port.ts';
import { ProcessEnded, runProcess, type SpawnedProcess, spawnProcess } from './process.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

export interface DatabaseServerOptions {
  /** More options for the server program, after ours. */
  readonly args?: readonly string[];
}

/** A private MariaDB or MySQL server on loopback, root without password, gone with all its data after `stop`. */
export interface DatabaseServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly socketPath: string;
  readonly user: 'root';
  /** `mysql://root@127.0.0.1:PORT` without a database. */
  readonly url: string;
  readonly pid: number;
  /** SIGSTOP, SIGCONT, SIGTERM, SIGKILL, as a test needs. */
  readonly signal: (signal: NodeJS.Signals) => boolean;
  /** Ends the server (hard, unless it has ended) and starts it again on the same data and port. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** There is no database server and none may or can be installed; the message says what to do. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** The server program did not come up; the message holds its last words. */
export class DatabaseStartFailed extends Error {
  override readonly name = 'DatabaseStartFailed';
}

// Small and quick: a test's database holds kilobytes, and has to survive its process only.
const SERVER_OPTIONS = [
  '--innodb-buffer-pool-size=32M',
  '--innodb-flush-log-at-trx-commit=2',
  '--skip-log-bin',
  '--skip-name-resolve',
  '--max-connections=400',
  '--bind-address=127.0.0.1',
];
const START_ATTEMPTS = 4;
const START_TIMEOUT_MS = 60_000;

/**
 * Starts a private server in a temporary folder, from a cached template of an empty data folder (about 0.3 s).
 * Installs the server program first when that is allowed and possible (tools/system-packages.mjs).
 * @throws DatabaseUnavailable, DatabaseStartFailed
 */
export async function startDatabaseServer({ args = [] }: DatabaseServerOptions = {}): Promise<DatabaseServer> {
  const [missing] = await provide(['mysql']);
  if (missing !== undefined) {
    throw new DatabaseUnavailable(
      `${missing.reason}\nOr name a server that may be used: P2PIMG_TEST_MYSQL_URL=mysql://user:password@host:port`,
    );
  }
  const program = findProgram('mariadbd', 'mysqld') as string;
  const template = await dataTemplate(program);
  const dir = await tempDir('p2pimg-db-');
  await cp(template, dir.at('data'), { recursive: true });

  for (let attempt = 1; ; attempt++) {
    const port = await freeTcpPort();
    try {
      return await runningServer(program, dir, port, args);
    } catch (error) {
      if (attempt < START_ATTEMPTS && error instanceof DatabaseStartFailed && /already in use/i.test(error.message))
        continue;
      await dir.remove();
      throw error;
    }
  }
}

async function runningServer(
  program: string,
  dir: TempDir,
  port: number,
  args: readonly string[],
): Promise<DatabaseServer> {
  const start = (): Promise<SpawnedProcess> => startProcess(program, dir, port, args);
  let server = await start();
  const stop = async (): Promise<void> => {
    await server.stop();
    await dir.remove();
  };
  return {
    host: '127.0.0.1',
    port,
    socketPath: dir.at('s'),
    user: 'root',
    url: `mysql://root@127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    signal: (signal) => server.signal(signal),
    restart: async () => {
      await server.stop();
      server = await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startProcess(
  program: string,
  dir: TempDir,
  port: number,
  args: readonly string[],
): Promise<SpawnedProcess> {
  const server = await spawnProcess(program, [
    '--no-defaults',
    ...asUser(),
    `--datadir=${dir.at('data')}`,
    `--tmpdir=${dir.path}`,
    `--socket=${dir.at('s')}`,
    `--pid-file=${dir.at('pid')}`,
    `--port=${port}`,
    ...SERVER_OPTIONS,
    ...args,
  ]);
  try {
    // Both MariaDB and MySQL say this once they answer; MySQL's X plugin says it before, about a socket of its own.
    await server.line(/(mariadbd|mysqld).*: ready for connections/, { timeoutMs: START_TIMEOUT_MS });
    return server;
  } catch (error) {
    await server.stop();
    const reason = error instanceof ProcessEnded || error instanceof Error ? error.message : String(error);
    throw new DatabaseStartFailed(reason);
  }
}

/** An empty data folder, made once per version of the server program and kept in the repository's `.cache`. */
async function dataTemplate(program: string): Promise<string> {
  const { stdout } = await runProcess(program, ['--no-defaults', '--version']);
  const version = /\b\d+\.\d+\.\d+(-MariaDB)?/.exec(stdout)?.[0] ?? 'unknown';
  const cache = await cacheFolder();
  const template = join(cache, `database-${version}`);
  if (await exists(template)) return template;

  const building = `${template}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const result = await initialise(program, version, building);
  if (result.code !== 0) {
    await rm(building, { recursive: true, force: true });
    throw new DatabaseStartFailed(`No empty database could be made: ${(result.stderr || result.stdout).slice(-2000)}`);
  }
  // A rename is atomic: of two test processes that make one at the same time, the later finds it and drops its own.
  await rename(building, template).catch(() => rm(building, { recursive: true, force: true }));
  return template;
}

function initialise(program: string, version: string, data: string): ReturnType<typeof runProcess> {
  if (!version.endsWith('MariaDB')) {
    return runProcess(program, ['--no-defaults', ...asUser(), '--initialize-insecure', `--datadir=${data}`]);
  }
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  if (install === undefined) throw new DatabaseStartFailed('mariadb-install-db is missing beside mariadbd');
  return runProcess(install, [
    '--no-defaults',
    ...asUser(),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
    `--datadir=${data}`,
  ]);
}

/** The server refuses to run as root unless it is told by name to. */
function asUser(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

async function cacheFolder(): Promise<string> {
  const inRepository = fileURLToPath(new URL('../../../.cache/testkit', import.meta.url));
  try {
    await mkdir(inRepository, { recursive: true });
    return inRepository;
  } catch {
    const inTemp = join(tmpdir(), `p2pimg-testkit-${process.getuid?.() ?? 0}`); // the repository is read-only here
    await mkdir(inTemp, { recursive: true, mode: 0o700 });
    return inTemp;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
