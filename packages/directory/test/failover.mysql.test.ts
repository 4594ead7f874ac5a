import { type DatabaseServer, startDatabaseServer } from '@p2pimg/testkit';
import test from 'ava';
import { sql } from 'kysely';
import { createKysely } from '../src/mysql/engine.ts';
import { NodePool } from '../src/mysql/pool.ts';

const LONG_ENOUGH_MS = 60_000;

test('D7 S6 the next node serves when the first one fails; the first one serves again once it has settled, not before', async (t) => {
  t.timeout(2 * LONG_ENOUGH_MS);
  const servers = [await startDatabaseServer(), await startDatabaseServer()] as const;
  const settings = {
    connections: 2,
    queryTimeoutMs: 5_000,
    probeEveryMs: 50,
    probeTimeoutMs: 5_000,
    probeAlways: true,
    settlingMs: 1_500,
  };
  const endpoint = ({ port, user }: DatabaseServer) => ({ host: '127.0.0.1', port, user });
  const db = createKysely(new NodePool(servers.map(endpoint), settings));
  t.teardown(async () => {
    await db.destroy();
    for (const server of servers) await server.stop();
  });
  const port = async (): Promise<number> => {
    const { rows } = await sql<{ port: number }>`select @@port as port`.execute(db);
    return rows[0]?.port ?? 0;
  };
  /** Which node answers, again and again until it is `wanted`; who answered meanwhile. */
  const until = async (wanted: number): Promise<ReadonlySet<number>> => {
    const seen = new Set<number>();
    for (;;) {
      const answering = await port().catch(() => 0);
      if (answering === wanted) return seen;
      seen.add(answering);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const [first, second] = servers;
  t.is(await port(), first.port);
  first.signal('SIGKILL');
  t.false((await until(second.port)).has(first.port));
  await first.restart();
  // It answers from now on, and is not asked yet.
  const meanwhile = await until(first.port);
  t.true([...meanwhile].every((answering) => answering === second.port));
});
