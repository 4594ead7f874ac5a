import test from 'ava';
import { Mac1 } from '../../src/core/handshake/macs.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';
import { acceptAll, Node, World } from '../support/pair.ts';

/** An init whose mac1 is right and whose content is junk. */
function plausible(random: () => number, publicKey: Uint8Array): Uint8Array {
  const packet = Uint8Array.from({ length: 168 }, () => Math.floor(random() * 256));
  packet.set([0x11, 0, 0, 0]);
  packet.fill(0, 152);
  new Mac1(suite, publicKey).write(packet, 136);
  return packet;
}

test('T2 N4 under a flood of plausible handshakes from everywhere, honest ones get through by cookie; replies stay smaller', (t) => {
  const world = new World(21, { delay: 1 });
  const { server } = world.pair();
  acceptAll(server);
  let bytesIn = 0;
  let bytesOut = 0;
  world.tap = (bytes, from) => {
    if (from.startsWith('10.0.0.2')) bytesOut += bytes.length;
    return bytes;
  };
  const clients = Array.from({ length: 20 }, (_, i) => world.add(new Node(`10.1.0.${i}`, world.random)));
  // Flood: 300 in 10 ms, all through the opening of the honest sessions.
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 300; i++) {
      const packet = plausible(world.random, server.endpoint.publicKey);
      bytesIn += packet.length;
      world.inject(packet, `127.${round}.${i >> 8}.${i & 255}:5000`, '10.0.0.2:8081');
    }
    world.run(() => false, 10);
    if (round === 4) for (const client of clients) world.connect(client, server);
  }
  t.true(world.run(() => server.of('incoming').length === clients.length, 200));
  t.true(clients.every((client) => client.of('established').length === 1));
  t.true((server.endpoint.dropped.rate ?? 0) > 2_000);
  t.true(bytesOut < bytesIn);
  t.true(world.now < 200);
});

/** Runs `ms` with a flood from one address, so many in each ms, until `done` holds; returns whether it does. */
function runFlooded(
  world: World,
  { packets, from, perMs }: { packets: readonly Uint8Array[]; from: string; perMs: number },
  ms: number,
  done: () => boolean = () => false,
): boolean {
  for (let i = 0; i < ms; i++) {
    for (let n = 0; n < perMs; n++) world.inject(packets[(i * perMs + n) % packets.length]!, from, '10.0.0.2:8081');
    if (world.run(done, 1)) return true;
  }
  return false;
}

const plausibles = (world: World, server: Node): Uint8Array[] =>
  Array.from({ length: 64 }, () => plausible(world.random, server.endpoint.publicKey));

test('T2 N4 who asks on and on without proof gets part of the cookies that there are for all of them, and another port its own', (t) => {
  const world = new World(24, { delay: 1 });
  const server = world.add(new Node('10.0.0.2', world.random));
  acceptAll(server);
  const client = world.add(new Node('10.6.6.6', world.random));
  let cookies = 0;
  world.tap = (bytes, _from, to) => {
    if (bytes[0] === 0x13 && to === '10.6.6.6:5000') cookies++;
    return bytes;
  };
  const flood = { packets: plausibles(world, server), from: '10.6.6.6:5000', perMs: 40 };
  runFlooded(world, flood, 300);
  cookies = 0;
  runFlooded(world, flood, 1_000);
  t.true(cookies > 4_000 && cookies < 6_000, `${cookies}`);
  world.connect(client, server);
  t.true(runFlooded(world, flood, 20, () => server.of('incoming').length === 1));
  // Those of the calm before it was noticed.
  t.is(server.endpoint.dropped.handshake, 100);
});

test('T2 N4 packets with a wrong mac1 are no load, whoever they seem to come from: nobody has to prove himself for them', (t) => {
  const world = new World(26, { delay: 1 });
  const server = world.add(new Node('10.0.0.2', world.random));
  acceptAll(server);
  const client = world.add(new Node('10.6.6.6', world.random));
  let cookies = 0;
  world.tap = (bytes, _from, to) => {
    if (bytes[0] === 0x13 && to === '10.6.6.6:8081') cookies++;
    return bytes;
  };
  // The address is known for a flood, and its budget used up.
  const flood = { packets: plausibles(world, server), from: '10.9.9.9:5000', perMs: 20 };
  runFlooded(world, flood, 300);
  for (const packet of flood.packets) packet[140]! ^= 1;
  runFlooded(world, flood, 300);
  world.connect(client, server);
  t.true(runFlooded(world, flood, 20, () => server.of('incoming').length === 1));
  t.is(cookies, 0);
});

for (const seed of [31, 32]) {
  test(`T2 N4 a flood that forges the very address and port of somebody does not lock him out (seed ${seed})`, (t) => {
    const world = new World(seed, { delay: 1 });
    const { client, server } = world.pair();
    acceptAll(server);
    const flood = { packets: plausibles(world, server), from: '10.0.0.1:8081', perMs: 10 };
    runFlooded(world, flood, 300);
    world.connect(client, server);
    const done = () => client.of('established').length === 1 || client.of('closed').length === 1;
    t.true(runFlooded(world, flood, 5_000, done));
    t.is(client.of('closed').length, 0);
  });
}

test('T2 N4 a session whose address and port are forged in a flood has its keys renewed all the same', (t) => {
  const world = new World(34, { delay: 1 });
  const { client, server } = world.pair();
  acceptAll(server);
  const session = world.connect(client, server);
  t.true(world.run(() => server.of('incoming').length === 1));
  // Messages keep it from being idle.
  client.onEvent = (event) => {
    if (event.type === 'message-acknowledged' && world.now < 119_000) session.sendMessage(new Uint8Array(1));
  };
  session.sendMessage(new Uint8Array(1));
  world.run(() => false, 119_700 - world.now);
  let renewed = false;
  world.tap = (bytes, from) => {
    if (from.startsWith('10.0.0.2') && bytes[0] === 0x12) renewed = true;
    return bytes;
  };
  t.is(session.nextEpoch, 1);
  const flood = { packets: plausibles(world, server), from: '10.0.0.1:8081', perMs: 10 };
  t.true(runFlooded(world, flood, 16_000, () => renewed && session.nextEpoch === 2));
});

test('T2 N4 what is lost after the proof comes again after three round trips, not after a quarter of a second', (t) => {
  const world = new World(25, { delay: 5 });
  const { client, server } = world.pair();
  acceptAll(server);
  let proofs = 0;
  world.tap = (bytes, from) => {
    const proven = from.startsWith('10.0.0.1') && bytes[0] === 0x11 && bytes.subarray(152).some((byte) => byte !== 0);
    return proven && ++proofs <= 2 ? undefined : bytes;
  };
  for (let i = 0; i < 200; i++) {
    world.inject(plausible(world.random, server.endpoint.publicKey), `127.0.0.${i}:5000`, '10.0.0.2:8081');
  }
  world.connect(client, server);
  t.true(world.run(() => client.of('established').length === 1, 150));
  t.is(proofs, 3);
});

test('T2 N4 who is far away waits for the answer to its proof as long as answers take', (t) => {
  const world = new World(27, { delay: 300 });
  const { client, server } = world.pair();
  acceptAll(server);
  let proofs = 0;
  world.tap = (bytes, from) => {
    if (from.startsWith('10.0.0.1') && bytes[0] === 0x11 && bytes.subarray(152).some((byte) => byte !== 0)) proofs++;
    return bytes;
  };
  const packets = plausibles(world, server);
  const flood = { packets, from: '10.6.6.6:5000', perMs: 4 };
  world.connect(client, server);
  t.true(runFlooded(world, flood, 2_500, () => client.of('established').length === 1));
  t.is(proofs, 1);
});

test('T2 N4 replies to a flood that nobody sends off are bounded; an initiator whose reply found no room asks again', (t) => {
  const world = new World(23, { delay: 1 });
  const { client, server } = world.pair();
  acceptAll(server);
  const arrive = (count: number) => {
    for (let i = 0; i < count; i++) {
      const packet = plausible(world.random, server.endpoint.publicKey);
      server.endpoint.handleDatagram(
        packet,
        0,
        packet.length,
        { socket: 0, host: `127.1.${i >> 8}.${i & 255}`, port: 5_000 },
        0,
      );
    }
  };
  arrive(5_000);
  const { handshakesWaiting, dropped } = server.endpoint;
  t.true(handshakesWaiting > 1_000 && handshakesWaiting < 5_000);
  t.true((dropped['handshake-queue'] ?? 0) >= 4_000 - handshakesWaiting);
  const slab = new Uint8Array(64 * 1_024);
  let sent = 0;
  while (server.endpoint.pollTransmit(0, slab, 63) !== undefined) sent++;
  t.is(sent, handshakesWaiting);
  arrive(5_000);
  world.connect(client, server);
  t.true(world.run(() => client.of('established').length === 1, 5_000));
});

test('T2 an address that changes is followed after it has proven itself; one that only claims is not', (t) => {
  const world = new World(22);
  const { client, server } = world.pair();
  acceptAll(server);
  const session = world.connect(client, server);
  world.run(() => server.of('incoming').length === 1);
  const peer = server.of('incoming')[0]!.session;
  // The client's packets now leave from another port, and answers reach it there.
  client.ports[0] = 9_999;
  session.sendMessage(new Uint8Array(10));
  t.true(world.run(() => client.of('message-acknowledged').length === 1, 5_000));
  t.is(peer.path?.port, 9_999);
  // Somebody on the path forwards a genuine packet first, from an address that gets the challenge but cannot answer it.
  let stolen = false;
  world.tap = (bytes, from, to) => {
    if (stolen || !from.startsWith('10.0.0.1')) return bytes;
    stolen = true;
    world.inject(bytes, '10.6.6.6:666', to);
    return undefined;
  };
  session.sendMessage(new Uint8Array(10));
  t.true(world.run(() => client.of('message-acknowledged').length === 2, 5_000));
  t.true(stolen);
  t.is(peer.path?.host, '10.0.0.1');
});
