import test from 'ava';
import type { Session } from '../../src/core/session/session.ts';
import { acceptAll, type Node, seeded, seededBytes, World } from '../support/pair.ts';

const CLIENT = '10.0.0.1:8081';
const SERVER = '10.0.0.2:8081';
const content = (length: number): Uint8Array => seededBytes(seeded(length))(length);
const typeOf = (bytes: Uint8Array): number => bytes[0]! & 15;
const [INIT, RESPONSE, CONTROL, DATA] = [1, 2, 4, 5];

function open(world: World): { client: Node; server: Node; session: Session; peer: Session } {
  const { client, server } = world.pair();
  acceptAll(client);
  acceptAll(server);
  const session = world.connect(client, server);
  world.run(() => server.of('incoming').length === 1);
  return { client, server, session, peer: server.of('incoming')[0]!.session };
}

test('N4 T2 every single bit of both handshake packets flipped: none is accepted', (t) => {
  for (const [type, length] of [
    [INIT, 168],
    [RESPONSE, 104],
  ] as const) {
    for (let bit = 0; bit < length * 8; bit++) {
      const world = new World(bit);
      const { client, server } = world.pair();
      let seen = 0;
      world.tap = (bytes) => {
        if (typeOf(bytes) !== type) return bytes;
        // Only the first: what follows is lost, so that nothing but the changed one can open a session.
        if (seen++ > 0) return undefined;
        bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
        return bytes;
      };
      world.connect(client, server);
      world.run(() => false, 200);
      if (client.of('established').length + server.of('incoming').length > 0) t.fail(`packet ${type}, bit ${bit}`);
    }
  }
  t.pass();
});

test('N4 N5 every datagram of a conversation replayed ten times: nothing is accepted twice', (t) => {
  const world = new World(7);
  const recorded: { bytes: Uint8Array; from: string; to: string }[] = [];
  world.tap = (bytes, from, to) => {
    recorded.push({ bytes: bytes.slice(), from, to });
    return bytes;
  };
  const { client, server, session, peer } = open(world);
  session.sendMessage(content(2_000));
  session.sendTransfer({ id: content(16), purpose: 1, bytes: content(50_000), lane: 0 });
  peer.sendTransfer({ id: content(16), purpose: 2, bytes: content(50_000), lane: 0 });
  world.run(() => client.of('transfer-sent').length === 1 && server.of('transfer-sent').length === 1);
  world.run(() => false, 5_000);
  const before = [client.events.length, server.events.length, client.sent, server.sent];
  world.tap = (bytes) => bytes;
  for (let i = 0; i < 10; i++) for (const { bytes, from, to } of recorded) world.inject(bytes, from, to);
  world.run(() => false, 5_000);
  t.deepEqual([client.events.length, server.events.length, client.sent, server.sent], before);
  const dropped = { ...server.endpoint.dropped };
  t.true((dropped.replay ?? 0) > 0 && (dropped.timestamp ?? 0) === 10);
});

test('N4 a replayed message 1 cannot end the session that is there', (t) => {
  const world = new World(8);
  let init: Uint8Array | undefined;
  world.tap = (bytes) => {
    if (typeOf(bytes) === INIT) init ??= bytes.slice();
    return bytes;
  };
  const { client, server } = open(world);
  // Long after the responder has forgotten the timestamp.
  const again = new World(9);
  again.add(server);
  again.now = world.now;
  server.endpoint.handleDatagram(init!, 0, init!.length, { socket: 0, host: '10.0.0.9', port: 1 }, world.now + 400_000);
  t.is(server.of('incoming').length, 1);
  t.is(client.of('closed').length, 0);
});

test('N4 unknown connections and junk are never answered', (t) => {
  const world = new World(10);
  const { server } = world.pair();
  const random = seededBytes(world.random);
  for (let i = 0; i < 3_000; i++) {
    const bytes = random(Math.floor(world.random() * 1025));
    if (bytes.length > 0 && i % 3 > 0) bytes[0] = 0x10 | (1 + (i % 5));
    world.inject(bytes, `10.9.${i >> 8}.${i & 255}:9`, SERVER);
  }
  world.run(() => false, 1_000);
  t.is(server.sent, 0);
  t.is(server.events.length, 0);
  t.is(server.endpoint.sessions, 0);
});

test('N5 forged control packets and acknowledgements on a live session: none is accepted', (t) => {
  const world = new World(11);
  const { client, server, session } = open(world);
  session.sendMessage(content(100));
  const seen: Uint8Array[] = [];
  world.tap = (bytes) => {
    if (typeOf(bytes) === CONTROL) seen.push(bytes.slice());
    return bytes;
  };
  world.run(() => client.of('message-acknowledged').length === 1);
  const before = server.events.length + client.events.length;
  for (const packet of seen) {
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const forged = packet.slice();
      forged[bit >> 3] = forged[bit >> 3]! ^ (1 << (bit & 7));
      world.inject(forged, CLIENT, SERVER);
      world.inject(forged, SERVER, CLIENT);
    }
  }
  world.run(() => false, 100);
  t.is(server.events.length + client.events.length, before);
});

test('T1 N5 spoiled records are noticed, asked for again, and at last sealed piece by piece', (t) => {
  const world = new World(12);
  const { client, server, session } = open(world);
  let spoiled = 0;
  world.tap = (bytes) => {
    // Somebody on the path who keeps the token and changes the content of each record.
    if (typeOf(bytes) === DATA && bytes[15] === 3) {
      bytes[500] = bytes[500]! ^ 1;
      spoiled++;
    }
    return bytes;
  };
  const bytes = content(100_000);
  session.sendTransfer({ id: content(16), purpose: 1, bytes, lane: 0 });
  t.true(world.run(() => client.of('transfer-sent').length === 1));
  t.is(Buffer.compare(server.of('transfer-received')[0]!.transfer.bytes, bytes), 0);
  t.true(spoiled > 0 && server.endpoint.dropped['spoiled-record']! > 0);
});

test('T1 N5 somebody on the path changes any byte of the header of any one segment: the transfer arrives whole all the same', (t) => {
  for (let at = 1; at < 32; at++) {
    for (const change of [1, 0x80, 3]) {
      const world = new World(at * 256 + change);
      const { client, server, session } = open(world);
      session.sendTransfer({ id: content(16), purpose: 1, bytes: content(20_000), lane: 0 });
      world.run(() => client.of('transfer-sent').length === 1);
      let left = 1 + (at % 3);
      world.tap = (bytes) => {
        if (typeOf(bytes) === DATA && bytes[15] === 3 && left-- > 0) bytes[at] = bytes[at]! ^ change;
        return bytes;
      };
      const bytes = content(50_000);
      session.sendTransfer({ id: content(16), purpose: 1, bytes, lane: 0 });
      session.sendTransfer({ id: content(16), purpose: 1, bytes, lane: 0 });
      if (!world.run(() => client.of('transfer-sent').length === 3, 25_000)) t.fail(`byte ${at} ^ ${change}`);
      for (const event of server.of('transfer-received').slice(1)) {
        t.is(Buffer.compare(event.transfer.bytes, bytes), 0);
      }
    }
  }
  t.pass();
});

test('T1 N5 somebody on the path changes headers of many transfers, so that none is asked for again: all arrive whole all the same', (t) => {
  const world = new World(8, { delay: 5, rate: 12_500 });
  const { client, server, session } = open(world);
  world.run(() => client.of('established').length === 1);
  const count = 64;
  let changed = 0;
  world.tap = (bytes) => {
    // The second segment of each record says that it is the third: it takes that one's place, and nobody misses its own.
    if (typeOf(bytes) === DATA && bytes[15] === 1 && changed < 600) {
      bytes[15] = 2;
      changed++;
    }
    return bytes;
  };
  const bytes = content(150_000);
  for (let i = 0; i < count; i++) session.sendTransfer({ id: content(16), purpose: 1, bytes, lane: 0 });
  t.true(world.run(() => client.of('transfer-sent').length === count, 120_000));
  t.is(changed, 600);
  for (const { transfer } of server.of('transfer-received')) t.is(Buffer.compare(transfer.bytes, bytes), 0);
  t.is(client.of('closed').length + server.of('closed').length, 0);
});

test('N4 N5 memory: offers beyond the budget are refused, held bytes stay within it, and all of it comes back', (t) => {
  const world = new World(13);
  const { client, server } = world.pair({
    server: { limits: { maxReassemblyBytes: 3_000_000, maxReassemblyBytesPerSession: 2_000_000 } },
  });
  let most = 0;
  server.onEvent = (event) => {
    if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
    most = Math.max(most, server.endpoint.reassemblyBytes);
  };
  const session = world.connect(client, server);
  world.run(() => server.of('incoming').length === 1);
  for (let i = 0; i < 8; i++) {
    session.sendTransfer({ id: content(16), purpose: 1, bytes: content(500_000 + i), lane: 0 });
  }
  t.true(world.run(() => client.of('transfer-sent').length + client.of('send-failed').length === 8));
  t.true(most <= 2_000_000);
  t.true(client.of('send-failed').length > 0);
  t.true(client.of('send-failed').every((event) => event.reason === 'too-large'));
  session.sendTransfer({ id: content(16), purpose: 1, bytes: content(1_900_000), lane: 0 });
  world.run(() => server.endpoint.reassemblyBytes > 0);
  session.close('local', world.now);
  world.run(() => server.of('closed').length === 1);
  t.is(server.endpoint.reassemblyBytes, 0);
});

test('N5 both sides give up when the other one is gone: nothing waits without end', (t) => {
  const world = new World(14);
  const { client, server, session, peer } = open(world);
  world.tap = () => undefined;
  session.sendTransfer({ id: content(16), purpose: 1, bytes: content(50_000), lane: 0 });
  peer.sendMessage(content(10));
  t.true(world.run(() => client.of('closed').length === 1 && server.of('closed').length === 1, 31_000));
  t.is(client.of('closed')[0]!.reason, 'idle');
  t.is(client.of('unresponsive').length, 1);
  t.true(world.run(() => client.endpoint.sessions + server.endpoint.sessions === 0, 1_000));
});

test('N5 E7 a session that says something more often than it probes notices all the same that nobody answers', (t) => {
  const world = new World(15, { delay: 40 });
  const { client, session } = open(world);
  world.run(() => false, 500);
  world.tap = () => undefined;
  for (let i = 0; i < 40; i++) {
    session.sendDatagram(content(100));
    world.run(() => false, 50);
  }
  t.is(client.of('unresponsive').length, 1);
});
