/** The users that docs/operations.md makes, made from its own words. */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';

const OPERATIONS = new URL('../../../../docs/operations.md', import.meta.url);

export interface Users {
  /** URLs of the given database: as who migrates, as a server, as who purges. */
  readonly admin: string;
  readonly server: string;
  readonly purge: string;
  readonly drop: () => Promise<void>;
}

/** @param url a database as its root */
export async function createUsers(url: string): Promise<Users> {
  const block = /```sql\n(.*?)```/s.exec(await readFile(OPERATIONS, 'utf8'))?.[1] ?? '';
  const { pathname } = new URL(url);
  const prefix = `u${randomBytes(4).toString('hex')}`;
  const statements = block
    .split('\n')
    .map((line) => line.replace(/--.*$/, '').trim())
    .filter((line) => /^(create user|grant) /.test(line))
    .map((line) =>
      line
        .replaceAll(' require ssl', '') // the tests' server has no certificate; tls.mysql.test.ts proves that part
        .replaceAll(/p2pimg_(?=admin|server|purge)/g, `${prefix}_`)
        .replaceAll('p2pimg.*', `${pathname.slice(1)}.*`)
        .replaceAll('10.0.0.%', '%')
        .replaceAll('…', 'x'),
    );
  if (statements.length !== 6) throw new Error(`docs/operations.md makes ${statements.length / 2} users`);
  const root = await createConnection(url);
  for (const statement of statements) await root.query(statement);
  const as = (name: string): string =>
    Object.assign(new URL(url), { username: `${prefix}_${name}`, password: 'x' }).href;
  return {
    admin: as('admin'),
    server: as('server'),
    purge: as('purge'),
    drop: async () => {
      await root.query(`drop user ${['admin', 'server', 'purge'].map((name) => `${prefix}_${name}`).join(', ')}`);
      await root.end();
    },
  };
}
