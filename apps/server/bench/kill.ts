/** How long clients wait when the server that hides their picture is killed: `pnpm bench [--json] [--small]`. Real processes. */

import { parseArgs } from 'node:util';
import { nodeSuite } from '@p2pimg/identity';
import { encodeUpload, toHex } from '@p2pimg/wire';
import { picture } from '../test/support/encoding.ts';
import { startCloud, type TestCloud } from '../test/support/local-cloud.ts';
import { RawClient } from '../test/support/raw-client.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, small: { type: 'boolean', default: false } },
});
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

await using cloud = await startCloud(3);
await using client = await RawClient.open(cloud.cloud.manifestPath);
const clientId = await client.register();
const calm: number[] = [];
const killed: number[] = [];
for (let i = 0; i < (values.small ? 2 : 30); i++) calm.push(await encode(client, clientId, () => {}));
for (let i = 0; i < (values.small ? 1 : 30); i++) killed.push(await killOnce(cloud, client, clientId));

const at = (times: readonly number[], share: number): number =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const usual = at(calm, 0.5);
for (const [metric, value] of [
  ['response without a fault, median', usual],
  ['stall when the handler is killed -9, median', at(killed, 0.5) - usual],
  ['stall when the handler is killed -9, p99', at(killed, 0.99) - usual],
] as const) {
  const figure = { bench: 'kill', metric, value, unit: 'ms' };
  console.log(values.json ? JSON.stringify(figure) : `${metric.padEnd(50)} ${value.toFixed(1)} ms`);
}
