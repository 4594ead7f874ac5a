import { nodeSuite, readServerSecrets } from '@p2pimg/identity';
import { encodeUpload, toHex } from '@p2pimg/wire';
import test from 'ava';
import { picture } from '../support/encoding.ts';
import { startCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

/** As it could stand in a log: hexadecimal, base64, base64url, or a Buffer in JSON. */
function spellings(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const whole = buffer.length - (buffer.length % 3);
  const plain = buffer.subarray(0, whole);
  return [toHex(bytes), plain.toString('base64'), plain.toString('base64url'), [...bytes].join(',')];
}

test('S3 U3 logs are JSON without a terminal, at every level, and hold no key and no picture', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(1, { log: { level: 'trace' } });
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  const clientId = await client.register();
  await client.call('sign_in', { counter: 1, port: 4000, visibility: 'everyone' });
  const file = picture(20_000);
  const contentKey = nodeSuite.randomBytes(32);
  const digest = toHex(nodeSuite.sha256(file));
  const imageId = `client${clientId}-puppy`;
  const body = { imageId, bytes: file.length, digest, mime: 'image/jpeg' };
  const { ack, result } = await client.call('encode', body, { upload: encodeUpload({ contentKey, picture: file }) });
  if (ack.status !== 'success' || result === undefined) return t.fail('no picture came back');

  const [server] = cloud.servers;
  server?.signal('SIGTERM');
  t.is((await server?.exited)?.code, 0, server?.stderr);
  const log = server?.stdout ?? '';
  const lines = log.trim().split('\n');
  t.notThrows(() => lines.map((line) => JSON.parse(line) as unknown));
  t.true(
    lines.some((line) => line.includes('encode: success')),
    log,
  );

  const { keys, clusterKeys, psks } = await readServerSecrets(cloud.dir.at('s1.key'));
  const secrets: Readonly<Record<string, Uint8Array>> = {
    'the content key': contentKey,
    'the picture': file.subarray(0, 30),
    'the stego picture': result.subarray(60, 90),
    'the box key': keys.box.privateKey,
    'the sign key': keys.sign.privateKey,
    'the cluster key': clusterKeys[0]?.privateKey ?? t.fail('no cluster key'),
    'the pre-shared key': psks[0] ?? t.fail('no pre-shared key'),
  };
  for (const [what, bytes] of Object.entries(secrets)) {
    for (const spelling of spellings(bytes)) t.false(`${log}${server?.stderr}`.includes(spelling), what);
  }
});
