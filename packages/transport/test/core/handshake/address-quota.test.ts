import test from 'ava';
import { addressBlock } from '../../../src/core/handshake/address-block.ts';
import { PeerTable } from '../../../src/core/handshake/peer-table.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { acceptAll, Node, World } from '../../support/pair.ts';

const BLOCKS: readonly (readonly [string, string])[] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::1', '0:0:0:0::'],
  ['::', '0:0:0:0::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['2001:db8:0:0:ffff:1:2:3', '2001:db8:0:0::'],
  ['2001:0db8:00a0::', '2001:db8:a0:0::'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::'],
];

for (const [host, block] of BLOCKS) {
  test(`N4 ${host} counts as ${block}`, (t) => t.is(addressBlock(host), block));
}

/** Opens a session of a new key from the host; its first packet counts. Undefined if it was not let in. */
function join(world: World, server: Node, host: string): Session | undefined {
  const node = world.add(new Node(host, world.random, { privateKey: randomKey(world) }));
  const before = server.of('incoming').length;
  world.connect(node, server);
  world.run(() => server.of('incoming').length > before || node.of('closed').length > 0, 6_000);
  return server.of('incoming')[before]?.session;
}

const randomKey = (world: World): Uint8Array => Uint8Array.from({ length: 32 }, () => Math.floor(world.random() * 256));

function serverWith(world: World, limits: { maxSessions?: number; maxSessionsPerAddress?: number }): Node {
  const server = world.add(new Node('10.0.0.2', world.random, { limits }));
  acceptAll(server);
  return server;
}

test('N4 T2 one address with many keys gets its quota and no more; others still come in', (t) => {
  const world = new World(31, { delay: 1 });
  const server = serverWith(world, { maxSessionsPerAddress: 12 });
  const greedy = Array.from({ length: 20 }, () => join(world, server, '10.6.6.6'));
  t.is(greedy.filter(Boolean).length, 12);
  t.is(server.endpoint.dropped['too-many-sessions'], 8);
  t.truthy(join(world, server, '10.0.0.9'));
  // What ends makes room again.
  greedy[0]?.close('local', world.now);
  world.run(() => false, 2_000);
  t.truthy(join(world, server, '10.6.6.6'));
  t.falsy(join(world, server, '10.6.6.6'));
});

test('N4 T2 the fuller the table, the fewer for each address: a newcomer still finds room after many greedy ones', (t) => {
  const world = new World(32, { delay: 1 });
  const server = serverWith(world, { maxSessions: 200 });
  for (let address = 0; address < 12; address++) {
    let refused = false;
    while (!refused) refused = join(world, server, `10.6.0.${address}`) === undefined;
  }
  t.true(server.endpoint.sessions < 200, `${server.endpoint.sessions}`);
  for (let i = 0; i < 8; i++) t.truthy(join(world, server, '10.0.0.9'), `${i}`);
});

test('N4 T2 a client that restarts gets in although its address, and the table, are full', (t) => {
  const world = new World(33, { delay: 1 });
  const server = serverWith(world, { maxSessions: 3, maxSessionsPerAddress: 2 });
  const privateKey = randomKey(world);
  const first = world.add(new Node('10.0.0.1', world.random, { privateKey }));
  world.connect(first, server);
  world.run(() => server.of('incoming').length === 1);
  t.truthy(join(world, server, '10.0.0.1'));
  t.falsy(join(world, server, '10.0.0.1'));
  t.truthy(join(world, server, '10.0.0.8'));
  t.falsy(join(world, server, '10.0.0.9'));
  // Killed, not closed: the same key comes again from the same address.
  const again = world.add(new Node('10.0.0.1', world.random, { privateKey }));
  world.connect(again, server);
  t.true(world.run(() => again.of('established').length === 1 && server.of('closed').length === 1));
  t.is(server.of('closed')[0]?.session.localId, server.of('incoming')[0]?.session.localId);
});

test('N4 handshakes under a forged address neither fill the table nor lock out its owner', (t) => {
  const world = new World(34, { delay: 1 });
  const server = serverWith(world, { maxSessions: 100 });
  // Genuine handshakes of many keys whose answers go to somebody who did not ask: below the rate that counts as load.
  for (let i = 0; i < 400; i++) {
    const forger = new Node('10.66.0.1', world.random, { privateKey: randomKey(world) });
    forger.endpoint.connect(
      { publicKey: server.endpoint.publicKey, path: { socket: 0, host: server.host, port: 1 } },
      world.now,
    );
    const slab = new Uint8Array(2048);
    const transmit = forger.endpoint.pollTransmit(world.now, slab, 1)!;
    world.inject(slab.slice(0, transmit.bytes), `10.0.${i % 4}.1:8081`, '10.0.0.2:8081');
    world.run(() => false, 5);
  }
  t.true(server.endpoint.sessions <= 50, `${server.endpoint.sessions}`);
  t.is(server.of('incoming').length, 0);
  t.truthy(join(world, server, '10.0.0.1'));
  t.truthy(join(world, server, '10.77.0.1'));
});

test('N4 strangers with many keys do not push out who has a session', (t) => {
  const table = new PeerTable();
  const name = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
  const here = table.admitTimestamp(name(0), 7, 0)!;
  here.established = {} as Session;
  for (let n = 1; n < 70_000; n++) table.admitTimestamp(name(n), 1, n / 1000);
  t.is(table.find(name(0)), here);
  t.is(table.find(name(1)), undefined);
  t.is(table.admitTimestamp(name(0), 7, 200), undefined);
});
