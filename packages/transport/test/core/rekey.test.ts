import test from 'ava';
import { acceptAll, seeded, seededBytes, World } from '../support/pair.ts';

test('T2 keys are renewed after 120 s inside the session, in the middle of a transfer, at 5 % loss', (t) => {
  const world = new World(5, { loss: 0.05, rate: 100, queue: 50_000 });
  const epochs = new Set<number>();
  world.tap = (bytes) => {
    if ((bytes[0]! & 15) === 5) epochs.add(bytes[1]!);
    return bytes;
  };
  const { client, server } = world.pair();
  acceptAll(client);
  acceptAll(server);
  const session = world.connect(client, server);
  t.true(world.run(() => server.of('incoming').length === 1));
  const bytes = seededBytes(seeded(1))(14_000_000);
  session.sendTransfer({ id: bytes.slice(0, 16), purpose: 1, bytes, lane: 0 });
  t.true(world.run(() => client.of('transfer-sent').length === 1, 600_000));
  t.true(world.now > 130_000);
  t.true(epochs.has(0) && epochs.has(1));
  t.is(Buffer.compare(server.of('transfer-received')[0]!.transfer.bytes, bytes), 0);
  t.is(server.of('closed').length + client.of('closed').length, 0);
});

test('T2 keys older than 180 s are not used: a session that cannot renew them ends', (t) => {
  const world = new World(6);
  const { client, server } = world.pair();
  const session = world.connect(client, server);
  t.true(world.run(() => server.of('incoming').length === 1));
  world.tap = (bytes) => ((bytes[0]! & 15) === 1 ? undefined : bytes);
  // Messages keep it from being idle.
  client.onEvent = (event) => {
    if (event.type === 'message-acknowledged') session.sendMessage(new Uint8Array(1));
  };
  session.sendMessage(new Uint8Array(1));
  t.true(world.run(() => client.of('closed').length === 1, 200_000));
  t.true(world.now >= 180_000 && world.now < 181_000);
});
