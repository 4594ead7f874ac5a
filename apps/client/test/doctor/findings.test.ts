import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  acceptManifest,
  addServer,
  createManifest,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  type Manifest,
  nodeSuite,
  openManifest,
  publicKeysOf,
  signManifest,
} from '@p2pimg/identity';
import { freeUdpPort } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import { openingFinding } from '../../src/doctor/examine.ts';
import { serverFindings } from '../../src/doctor/servers.ts';

const HOUR_MS = 3_600_000;

function manifestOf(
  ports: readonly number[],
  times = { issuedAt: Date.now(), expiresAt: Date.now() + HOUR_MS },
): Manifest {
  const empty = createManifest(nodeSuite, {
    ...times,
    clusterKey: generateClusterKey(nodeSuite),
    registration: 'open',
  });
  return ports.reduce((manifest, port, i) => {
    const keys = publicKeysOf(generateServerKeys(nodeSuite));
    return addServer(manifest, { id: `s${i + 1}`, host: '127.0.0.1', clientPort: port, peerPort: 1 + i, ...keys });
  }, empty);
}

/** A UDP port that takes everything and answers nothing. */
async function silentPort(t: ExecutionContext): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket.address().port;
}

test('C3: doctor takes servers that are all silent for a fault of the network, but not when one is known to be down', async (t) => {
  const [one, two] = [await silentPort(t), await silentPort(t)];
  const none = { s1: false, s2: false };
  const silent = await serverFindings(manifestOf([one, two]), none);
  t.deepEqual(
    silent.map(({ check, ok }) => [check, ok]),
    [
      ['server s1', false],
      ['server s2', false],
      ['network', false],
    ],
  );
  t.regex(silent[0]!.detail, /does not answer: UDP is blocked on the way/);
  t.regex(silent[2]!.detail, /most likely UDP is blocked, or this machine is offline/);

  const oneDown = await serverFindings(manifestOf([one, await freeUdpPort()]), none);
  t.deepEqual(
    oneDown.map(({ check }) => check),
    ['server s1', 'server s2'],
  );
  const oneUp = await serverFindings(manifestOf([one, two]), { s1: true, s2: false });
  t.deepEqual(
    oneUp.map(({ check, ok }) => [check, ok]),
    [
      ['server s1', true],
      ['server s2', false],
    ],
  );
});

test('C3: doctor names a manifest that has expired, and takes one from the future for a wrong clock', async (t) => {
  const now = Date.now();
  const found = (issuedAt: number, expiresAt: number) => {
    const file = signManifest(nodeSuite, manifestOf([1], { issuedAt, expiresAt }), generateSignPair(nodeSuite));
    const refused = t.throws(() => acceptManifest(undefined, openManifest(nodeSuite, file), now));
    return openingFinding(refused, 0);
  };
  const expired = await found(now - 2 * HOUR_MS, now - HOUR_MS);
  t.like(expired, { check: 'manifest', ok: false });
  t.regex(expired.detail, /the manifest has expired; ask the operator for the new one/);
  t.like(await found(now + HOUR_MS, now + 2 * HOUR_MS), { check: 'clock', ok: false });
});
