import { nodeSuite } from '@p2pimg/identity';
import { extract } from '@p2pimg/stego';
import { encodeUpload, equalBytes, toHex } from '@p2pimg/wire';
import test from 'ava';
import { picture } from '../support/encoding.ts';
import { startCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

test.serial('S2 S3 S6 E5 U3 a picture is hidden although the server that hides it is killed at work', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(3);
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  const clientId = await client.register();
  t.true(clientId >= 1);
  const { ack: signedIn } = await client.call('sign_in', { counter: 1, port: 4000, visibility: 'everyone' });
  t.is(signedIn.status, 'success');

  const file = picture(2_000_000);
  const contentKey = nodeSuite.randomBytes(32);
  const body = {
    imageId: `client${clientId}-puppy`,
    bytes: file.length,
    digest: toHex(nodeSuite.sha256(file)),
    mime: 'image/jpeg',
  };
  let killed: string | undefined;
  const { ack, result, assigned } = await client.call('encode', body, {
    upload: encodeUpload({ contentKey, picture: file }),
    onAssigned: ({ server, lane }) => {
      if (killed !== undefined || lane === undefined) return;
      killed = server;
      cloud.servers[Number(server.slice(1)) - 1]?.signal('SIGKILL');
    },
  });
  t.is(ack.status, 'success');
  t.not(ack.server, killed);
  t.true(assigned.some(({ server }) => server === ack.server));
  if (ack.type !== 'encode' || ack.status !== 'success' || result === undefined) return t.fail('no picture came back');
  t.is(toHex(nodeSuite.sha256(result)), ack.body.digest);
  t.true(equalBytes(extract(result, { key: contentKey }).payload, file));

  const { ack: published } = await client.call('publish', {
    images: [{ imageId: body.imageId, digest: ack.body.digest }],
  });
  t.is(published.status, 'success');
  const { ack: listed } = await client.call('list_images', { clientId, limit: 10 });
  t.deepEqual(listed.type === 'list_images' && listed.status === 'success' && listed.body.images, [body.imageId]);
});

test.serial('E7 U1 a server that comes back has the group and serves again', async (t) => {
  t.timeout(120_000);
  await using cloud = await startCloud(3);
  await using client = await RawClient.open(cloud.cloud.manifestPath);
  await client.register();
  await cloud.servers[0]?.stop();
  await Promise.all([1, 2].map((i) => cloud.servers[i]?.line('server s1 is dead')));
  const again = await cloud.start(0);
  await again.line(/group: s\d > s\d > s\d/, { timeoutMs: 60_000 });
  const { ack } = await client.call('sign_in', { counter: 1, port: 4000, visibility: 'everyone' });
  t.is(ack.status, 'success');
});
