import { nodeSuite } from '@p2pimg/identity';
import { encodeUpload, toHex } from '@p2pimg/wire';
import test from 'ava';
import { encodeAndCompare, picture } from '../support/encoding.ts';
import { startCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

const BYTES = 5_000;

function encodeBody(imageId: string, file: Uint8Array) {
  return { imageId, bytes: file.length, digest: toHex(nodeSuite.sha256(file)), mime: 'image/jpeg' };
}

test('S4 S5 N4 all keys of one address together hold no more than its share of the worker ports, and are told so', async (t) => {
  t.timeout(120_000);
  const workers = { ports: 4, portsPerAddress: 2, portsPerClient: 2, queue: 2, queuePerClient: 2 };
  await using cloud = await startCloud(1, { workers });
  const { manifestPath } = cloud.cloud;
  await using stack = new AsyncDisposableStack();
  const open = async (host: string): Promise<{ readonly client: RawClient; readonly id: number }> => {
    const client = stack.use(await RawClient.open(manifestPath, undefined, host));
    return { client, id: await client.register() };
  };

  // Three keys of one address: two hold ports and never send their pictures, one waits in the queue.
  const greedy = await Promise.all(Array.from({ length: 4 }, () => open('127.0.0.1')));
  const held = greedy.slice(0, 3).map(({ client, id }, index) => {
    const assigned = Promise.withResolvers<number | undefined>();
    client
      .call('encode', encodeBody(`client${id}-kept`, picture(BYTES)), {
        onAssigned: ({ lane }) => assigned.resolve(lane),
      })
      .catch(() => {}); // over when the client is closed
    return { index, lane: assigned.promise };
  });
  const lanes = await Promise.all(held.map(({ lane }) => lane));
  t.is(lanes.filter((lane) => lane !== undefined).length, 2, 'the third one waits');

  // The queue's share of the address is used up as well.
  const file = picture(BYTES);
  const { client, id } = greedy[3]!;
  const upload = encodeUpload({ contentKey: nodeSuite.randomBytes(32), picture: file });
  const { ack } = await client.call('encode', encodeBody(`client${id}-late`, file), { upload });
  t.like(ack, { status: 'error', error: { code: 'address_busy' } });

  // Whoever comes from elsewhere is served at once.
  const modest = await open('127.0.0.2');
  await encodeAndCompare(modest.client, `client${modest.id}-mine`, BYTES);

  const page = await fetch(`http://127.0.0.1:${cloud.cloud.servers[0]?.statusPort}/metrics`);
  t.regex(await page.text(), /^p2pimg_no_room_total\{share="address"\} [1-9]/m);
});
