import { type DatabaseServer, startDatabaseServer } from '@p2pimg/testkit';
import test from 'ava';
import { sql } from 'kysely';
import { createKysely } from '../src/mysql/engine.ts';
import { DatabaseNode } from '../src/mysql/node.ts';
import { NodePool } from '../src/mysql/pool.ts';

const LONG_ENOUGH_MS = 60_000;
const SETTLING_MS = 1_500;

test('D7 S6 the next node serves when the first one fails; the first one serves again once it has settled, not before', async (t) => {
  t.timeout(2 * LONG_ENOUGH_MS);
  const servers = [await startDatabaseServer(), await startDatabaseServer()] as const;
  let nowMs = 0;
  const settings = {
    connections: 2,
    queryTimeoutMs: 5_000,
    probeEveryMs: 50,
    probeTimeoutMs: 5_000,
    probeAlways: true,
    settlingMs: SETTLING_MS,
    now: () => nowMs,
  };
  const endpoint = ({ port, user }: DatabaseServer) => ({ host: '127.0.0.1', port, user });
  const nodes = servers.map((server) => new DatabaseNode(endpoint(server), settings));
  const db = createKysely(new NodePool(nodes));
  t.teardown(async () => {
    await db.destroy();
    for (const server of servers) await server.stop();
  });
  const port = async (): Promise<number> => {
    const { rows } = await sql<{ port: number }>`select @@port as port`.execute(db);
    return rows[0]?.port ?? 0;
  };
  const until = async (condition: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const [first, second] = servers;
  t.is(await port(), first.port);
  first.signal('SIGKILL');
  await until(async () => (await port().catch(() => 0)) === second.port);
  await first.restart();
  // It can be used from now on, and is not preferred yet: the clock stands still.
  await until(() => nodes[0]?.up === true);
  t.is(await port(), second.port);
  nowMs += SETTLING_MS - 1;
  t.is(await port(), second.port);
  nowMs += 1;
  t.is(await port(), first.port);
});
