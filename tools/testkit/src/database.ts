import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { type Connection, createConnection } from 'mysql2/promise';
import { type DatabaseServer, type DatabaseServerOptions, startDatabaseServer } from './database-server.ts';

/** An empty database of its own for one test file, on a real MariaDB or MySQL. */
export interface TestDatabase extends AsyncDisposable {
  /** `mysql://user:password@host:port/name` */
  readonly url: string;
  /** The server behind it when it is a private one: to be stopped, frozen and restarted. Absent with P2PIMG_TEST_MYSQL_URL. */
  readonly server?: DatabaseServer;
  /** One more empty database on the same server; dropped with the rest. Returns its url. */
  readonly createDatabase: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/**
 * A real database: on the server that P2PIMG_TEST_MYSQL_URL names (uniquely named databases, dropped afterwards), else
 * on a private server (see startDatabaseServer).
 * @throws DatabaseUnavailable when there is none and none may or can be installed.
 */
export async function startDatabase(options: DatabaseServerOptions = {}): Promise<TestDatabase> {
  const given = process.env.P2PIMG_TEST_MYSQL_URL;
  const server = given ? undefined : await startDatabaseServer(options);
  const base = given || (server as DatabaseServer).url;

  const names: string[] = [];
  const createDatabase = async (): Promise<string> => {
    const name = `p2pimg_test_${randomBytes(8).toString('hex')}`;
    await withConnection(base, (connection) => connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`));
    names.push(name);
    const url = new URL(base);
    url.pathname = `/${name}`;
    return url.href;
  };
  const stop = async (): Promise<void> => {
    if (server) return server.stop();
    const left = names.splice(0);
    await withConnection(base, async (connection) => {
      for (const name of left) await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    });
  };

  try {
    const url = await createDatabase();
    return { url, ...(server && { server }), createDatabase, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

async function withConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
