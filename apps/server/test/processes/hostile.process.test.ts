import { createSocket } from 'node:dgram';
import { generateBoxPair, nodeSuite } from '@p2pimg/identity';
import { openTransport } from '@p2pimg/transport';
import { utf8Encode } from '@p2pimg/wire';
import test from 'ava';
import { startCloud, type TestCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

const NONSENSE: readonly Uint8Array[] = [
  utf8Encode(''),
  utf8Encode('{'),
  utf8Encode('[]'),
  utf8Encode('{"v":1}'),
  utf8Encode('{"v":2,"type":"register"}'),
  utf8Encode('{"v":1,"type":"constructor"}'),
  utf8Encode('{"v":1,"type":"done","id":"00","outcome":"answered"}'),
  utf8Encode('{"v":1,"type":"encode","id":"x","notAfter":-1,"servers":[],"tried":[],"body":{}}'),
  utf8Encode('['.repeat(60_000)),
  Uint8Array.from({ length: 5_000 }, (_, i) => i * 7),
];

async function malformed(cloud: TestCloud): Promise<number> {
  return (await cloud.status(0)).counters.malformed ?? 0;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('N2 N3 N4 W1 nonsense, forgeries and strangers on every port are counted and change nothing', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(2);
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  await client.register();
  const server = client.manifest.servers[0];
  if (server === undefined) return t.fail('no server');
  const { host, clientPort, peerPort, boxKey } = server;

  // Datagrams of no session, on both ports.
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  for (let i = 0; i < 500; i++) {
    for (const port of [clientPort, peerPort]) socket.send(nodeSuite.randomBytes(1 + ((i * 13) % 1_400)), port, host);
  }

  // A real session with a stranger who says nonsense.
  const bind = { host: '127.0.0.1', port: 0 };
  const keys = generateBoxPair(nodeSuite);
  const stranger = await openTransport({ keys, bind, admit: () => ({ admit: false }), onSession: () => {} });
  t.teardown(() => stranger.close());
  const session = stranger.connect({ address: { host, port: clientPort }, publicKey: boxKey });
  await session.opened;
  await Promise.all(NONSENSE.map((bytes) => session.sendMessage(bytes)));
  await until(async () => (await malformed(cloud)) >= NONSENSE.length - 1);

  // Nobody but the manifest's servers is let in on the peer port: no heartbeat of a stranger is even read.
  const intruder = stranger.connect({ address: { host, port: peerPort }, publicKey: boxKey });
  await t.throwsAsync(intruder.opened);

  const { ack } = await client.call('sign_in', { counter: 1, port: 4_000, visibility: 'everyone' });
  t.is(ack.status, 'success');
  const { group } = (await cloud.status(0)) as unknown as { group: { epoch: number; members: { state: string }[] } };
  t.deepEqual(
    group.members.map(({ state }) => state),
    ['alive', 'alive'],
  );
  const lines = cloud.servers[0]?.lines().filter(({ text }) => text.includes('malformed')) ?? [];
  t.true(lines.length <= NONSENSE.length, 'at most one line a second of each kind');
});
