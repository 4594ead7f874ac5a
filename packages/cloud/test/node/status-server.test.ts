import test from 'ava';
import { StatusServer } from '../../src/node/status-server.ts';

test('N2 a status page that cannot be made is an answer, and the others go on', async (t) => {
  const broken = (): never => {
    throw new Error('a defect');
  };
  const pages = { notReady: () => undefined, status: broken, metrics: async () => broken() };
  const server = await StatusServer.open({ host: '127.0.0.1', port: 0 }, pages);
  t.teardown(() => server.close());
  const code = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${server.address.port}${path}`)).status;
  t.is(await code('/statusz'), 500);
  t.is(await code('/metrics'), 500);
  t.is(await code('/healthz'), 200);
});
