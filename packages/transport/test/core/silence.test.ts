import test from 'ava';
import type { Session } from '../../src/core/session/session.ts';
import { acceptAll, Node, seeded, seededBytes, World } from '../support/pair.ts';

const SERVER = '10.0.0.2:8081';
const content = (length: number): Uint8Array => seededBytes(seeded(length))(length);
const target = (server: Node) => ({ publicKey: server.endpoint.publicKey, path: pathTo(server) });
const pathTo = (node: Node) => ({ socket: 0, host: node.host, port: 8081 });

interface Open {
  readonly client: Node;
  readonly server: Node;
  readonly session: Session;
  readonly peer: Session;
}

function open(world: World): Open {
  const { client, server } = world.pair();
  acceptAll(client);
  acceptAll(server);
  const session = world.connect(client, server);
  world.run(() => server.of('incoming').length === 1);
  return { client, server, session, peer: server.of('incoming')[0]!.session };
}

/** The server stands still: what comes meanwhile waits in its socket, and is read in order afterwards. */
function standStill(world: World, ms: number): void {
  const waiting: { bytes: Uint8Array; from: string }[] = [];
  world.tap = (bytes, from, to) => {
    if (to !== SERVER) return undefined;
    waiting.push({ bytes: bytes.slice(), from });
    return undefined;
  };
  world.run(() => false, ms);
  world.tap = (bytes) => bytes;
  for (const { bytes, from } of waiting) world.inject(bytes, from, SERVER);
}

test('S6 E6 a peer that stood still keeps its session, and all that is under way on it', (t) => {
  for (const handshakeFirst of [true, false]) {
    const world = new World(31);
    const { client, server, session, peer } = open(world);
    peer.sendTransfer({ id: content(16), purpose: 1, bytes: content(500_000), lane: 0 });
    world.run(() => client.of('transfer-progress').length > 0);
    client.onEvent = (event) => {
      if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
      if (event.type === 'unresponsive') {
        client.endpoint.connect({ ...target(server), replaces: session }, world.now);
      }
    };
    session.ping();
    if (handshakeFirst) {
      // The old session is heard last.
      const held: { bytes: Uint8Array; from: string }[] = [];
      world.tap = (bytes, from, to) => {
        if (to !== SERVER) return undefined;
        if ((bytes[0]! & 15) === 1) return bytes;
        held.push({ bytes: bytes.slice(), from });
        return undefined;
      };
      world.run(() => client.of('unresponsive').length > 0, 2_000);
      world.tap = (bytes, _from, to) => (to === SERVER && (bytes[0]! & 15) !== 1 ? undefined : bytes);
      world.run(() => client.of('closed').length > 0, 2_000);
      world.tap = (bytes) => bytes;
      for (const { bytes, from } of held) world.inject(bytes, from, SERVER);
    } else {
      standStill(world, 600);
    }
    t.true(world.run(() => client.of('transfer-received').length === 1, 10_000));
    t.deepEqual(
      client.of('closed').map(({ reason }) => reason),
      ['still-open'],
    );
    t.is(server.of('closed').length, 0);
    t.is(server.of('incoming').length, 1);
    t.is(session.state, 'established');
  }
});

test('S6 a peer that has started again does not know the old session: the new one takes its place', (t) => {
  const world = new World(32);
  const { client, server, session } = open(world);
  const again = world.add(new Node(server.host, world.random));
  client.onEvent = (event) => {
    if (event.type === 'unresponsive') client.endpoint.connect({ ...target(again), replaces: session }, world.now);
  };
  const asked = world.now;
  session.ping();
  t.true(world.run(() => again.of('incoming').length === 1, 5_000));
  t.true(world.now - asked < 1_000);
  t.is(client.of('established').length, 2);
});

test('S6 a peer that says that it has the session, and starts again after that, is asked again', (t) => {
  const world = new World(33);
  const { client, server, session } = open(world);
  client.onEvent = (event) => {
    if (event.type === 'unresponsive') client.endpoint.connect({ ...target(server), replaces: session }, world.now);
  };
  session.ping();
  world.tap = (bytes, _from, to) => (to === SERVER && (bytes[0]! & 15) !== 1 ? undefined : bytes);
  t.true(world.run(() => client.of('closed').length === 1, 2_000));
  world.add(new Node(server.host, world.random));
  world.tap = (bytes) => bytes;
  t.true(world.run(() => client.of('established').length === 2, 2_000));
});

test('N4 nobody but its owner learns whether a session lives', (t) => {
  const world = new World(34);
  const { server, session } = open(world);
  const stranger = world.add(new Node('10.0.0.9', world.random));
  stranger.endpoint.connect({ ...target(server), replaces: session }, world.now);
  t.true(world.run(() => server.of('incoming').length === 2, 2_000));
  t.is(stranger.of('established').length, 1);
  t.is(session.state, 'established');
});
