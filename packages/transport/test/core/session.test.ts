import test from 'ava';
import type { Session } from '../../src/core/session/session.ts';
import { acceptAll, type LinkConditions, type Node, seeded, seededBytes, World } from '../support/pair.ts';

function established(seed: number, conditions: Partial<LinkConditions> = {}) {
  const world = new World(seed, conditions);
  const { client, server } = world.pair();
  acceptAll(client);
  acceptAll(server);
  const session = world.connect(client, server);
  const up = world.run(() => server.of('incoming').length > 0 && client.of('established').length > 0);
  return { world, client, server, session, peer: server.of('incoming')[0]?.session as Session, up };
}

const content = (seed: number, length: number): Uint8Array => seededBytes(seeded(seed))(length);
const received = (node: Node): Uint8Array[] => node.of('transfer-received').map((event) => event.transfer.bytes);

const HARSH: Partial<LinkConditions> = {
  delay: 10,
  loss: 0.1,
  duplicate: 0.05,
  reorder: 0.2,
  holdBack: 15,
  rate: 12_500,
  queue: 200_000,
};

test('T2 a session opens with one exchange, and both sides know whom they speak to', (t) => {
  const { world, client, server, session, peer, up } = established(1);
  t.true(up);
  t.true(world.now <= 16);
  t.deepEqual(peer.remoteKey, client.endpoint.publicKey);
  t.deepEqual(session.remoteKey, server.endpoint.publicKey);
});

for (const size of [0, 1, 975, 976, 977, 15_856, 15_857, 40_000, 1_000_000]) {
  test(`T1 a transfer of ${size} bytes arrives whole over a clean path`, (t) => {
    const { world, client, server, session } = established(2);
    const bytes = content(size, size);
    session.sendTransfer({ id: content(1, 16), purpose: 1, bytes, lane: 0 });
    t.true(world.run(() => client.of('transfer-sent').length === 1));
    t.deepEqual(received(server), [bytes]);
    t.is(client.endpoint.retransmitted, 0);
    t.is(server.endpoint.reassemblyBytes, 0);
  });
}

for (let seed = 1; seed <= 20; seed++) {
  test(`T1 N5 seed ${seed}: lost, doubled and reordered datagrams: transfers both ways arrive whole and once`, (t) => {
    const { world, client, server, session, peer, up } = established(seed, HARSH);
    t.true(up);
    const up1 = content(seed, 100_000);
    const down = content(seed + 1000, 150_000);
    session.sendTransfer({ id: content(1, 16), purpose: 1, bytes: up1, lane: 0 });
    peer.sendTransfer({ id: content(2, 16), purpose: 2, bytes: down, lane: 0 });
    const messages = Array.from({ length: 20 }, (_, i) => content(i, i * 200));
    for (const message of messages) session.sendMessage(message);
    const done = world.run(
      () =>
        client.of('transfer-sent').length === 1 &&
        server.of('transfer-sent').length === 1 &&
        client.of('message-acknowledged').length === 20,
    );
    t.true(done, `stuck: seed ${seed}`);
    t.deepEqual(received(server), [up1]);
    t.deepEqual(received(client), [down]);
    const sizes = server.of('message').map((event) => event.bytes.length);
    t.deepEqual(
      sizes.sort((a, b) => a - b),
      messages.map((message) => message.length),
    );
  });
}

test('T2 a lane is opened on both sides, carries a transfer each way, and is freed', (t) => {
  const { world, client, server, session, peer } = established(3);
  const { socket, port } = server.openSocket();
  const lane = peer.lanes!.offer(socket, port, world.now)!;
  t.true(world.run(() => server.of('lane-opened').length === 1));
  t.is(session.lanes?.get(lane)?.path?.port, port);
  t.is(peer.lanes?.get(lane)?.path?.port, client.ports[1]);
  const bytes = content(9, 60_000);
  session.sendTransfer({ id: content(1, 16), purpose: 1, bytes, lane });
  peer.sendTransfer({ id: content(2, 16), purpose: 2, bytes, lane });
  t.true(world.run(() => client.of('transfer-sent').length === 1 && server.of('transfer-sent').length === 1));
  t.deepEqual(received(server), [bytes]);
  t.deepEqual(received(client), [bytes]);
  peer.lanes!.close(lane);
  t.true(world.run(() => client.of('lane-closed').length === 1));
  t.is(client.endpoint.lanes, 0);
  t.is(server.endpoint.lanes, 0);
});

test('T2 closing tells the peer, at once and although the word is lost at first', (t) => {
  const { world, client, server, session } = established(4);
  let lost = 0;
  world.tap = (bytes) => (lost++ === 0 ? undefined : bytes);
  session.close('local', world.now);
  server.of('incoming')[0]!.session.sendMessage(content(1, 10));
  t.true(world.run(() => server.of('closed').length === 1, 2_000));
  t.is(server.of('closed')[0]!.reason, 'remote');
  t.is(client.of('closed')[0]!.reason, 'local');
  t.true(world.run(() => client.endpoint.sessions + server.endpoint.sessions === 0, 2_000));
});
