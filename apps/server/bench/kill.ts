/** How long clients wait when the server that hides their picture is killed: `pnpm bench [--json] [--small]`. Real processes. */

import { nodeSuite } from '@p2pimg/identity';
import { type BenchOptions, type Figure, median, quantile, runBenches } from '@p2pimg/testkit/bench';
import { encodeUpload, toHex } from '@p2pimg/wire';
import { picture } from '../test/support/encoding.ts';
import { startCloud, type TestCloud } from '../test/support/local-cloud.ts';
import { RawClient } from '../test/support/raw-client.ts';

const BYTES = 10_000;

async function encode(client: RawClient, clientId: number, onAssigned: (server: string) => void): Promise<number> {
  const file = picture(BYTES);
  const digest = toHex(nodeSuite.sha256(file));
  const contentKey = nodeSuite.randomBytes(32);
  const imageId = `client${clientId}-bench`;
  const body = { imageId, bytes: BYTES, digest, mime: 'image/jpeg' };
  const start = performance.now();
  const { ack } = await client.call('encode', body, {
    upload: encodeUpload({ contentKey, picture: file }),
    onAssigned: ({ server, lane }) => lane !== undefined && onAssigned(server),
  });
  if (ack.status !== 'success') throw new Error(JSON.stringify(ack));
  return performance.now() - start;
}

/** Kills the handler of one request, measures until its answer, and brings the server back. */
async function killOnce(cloud: TestCloud, client: RawClient, clientId: number): Promise<number> {
  let victim: number | undefined;
  const ms = await encode(client, clientId, (server) => {
    if (victim !== undefined) return;
    victim = Number(server.slice(1)) - 1;
    cloud.servers[victim]?.signal('SIGKILL');
  });
  if (victim === undefined) throw new Error('nobody was assigned');
  await cloud.servers[victim]?.exited;
  const again = await cloud.start(victim);
  await again.line(/group: s\d > s\d > s\d/, { timeoutMs: 60_000 });
  return ms;
}

async function* stalls({ small }: BenchOptions): AsyncGenerator<Figure> {
  await using cloud = await startCloud(3);
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  const clientId = await client.register();
  const calm: number[] = [];
  const killed: number[] = [];
  for (let i = 0; i < (small ? 2 : 30); i++) calm.push(await encode(client, clientId, () => {}));
  for (let i = 0; i < (small ? 1 : 30); i++) killed.push(await killOnce(cloud, client, clientId));

  const usual = median(calm);
  const figure = (metric: string, value: number): Figure => ({ bench: 'kill', metric, value, unit: 'ms' });
  yield figure('response without a fault, median', usual);
  yield figure('stall when the handler is killed -9, median', Math.max(0, median(killed) - usual));
  yield figure('stall when the handler is killed -9, p99', Math.max(0, quantile(killed, 0.99) - usual));
}

await runBenches({ kill: stalls });
