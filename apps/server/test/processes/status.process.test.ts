import { runNode } from '@p2pimg/testkit';
import test from 'ava';
import { MAIN, startCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

test('S1 U1 a cloud of one server serves, and its status pages, metrics and top say so', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(1);
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  await client.register();
  const address = `127.0.0.1:${cloud.cloud.servers[0]?.statusPort}`;
  const page = async (path: string): Promise<{ readonly code: number; readonly text: string }> => {
    const response = await fetch(`http://${address}${path}`);
    return { code: response.status, text: await response.text() };
  };

  t.deepEqual(await page('/healthz'), { code: 200, text: 'ok\n' });
  t.deepEqual(await page('/readyz'), { code: 200, text: 'ready\n' });
  t.is((await page('/nothing')).code, 404);
  const status = JSON.parse((await page('/statusz')).text);
  t.true(status.isLeader);
  t.is(status.counters.requests['register success'], 1);
  const metrics = (await page('/metrics')).text;
  t.regex(metrics, /^p2pimg_requests_total\{type="register",outcome="success"\} 1$/m);
  t.regex(metrics, /^p2pimg_is_leader 1$/m);
  t.regex(metrics, /^p2pimg_server_alive\{server="s1"\} 1$/m);

  const { code, stdout } = await runNode(MAIN, ['top', address]);
  t.is(code, 0);
  t.regex(stdout, /leader s1, epoch 1/);
  t.regex(stdout, /^s1 +serves +leader/m);
});

test('S6 SIGTERM ends a server with code 0 after it has handed over', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(2);
  const [first, second] = cloud.servers;
  if (first === undefined || second === undefined) return t.fail('no servers');
  first.signal('SIGTERM');
  t.deepEqual(await first.exited, { code: 0, signal: null });
  await second.line('server s1 leaving');
  await second.line(/leader is s2/);
});
