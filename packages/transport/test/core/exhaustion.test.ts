import { FrameType } from '@p2pimg/wire';
import test from 'ava';
import { ProtocolViolation } from '../../src/core/errors.ts';
import { FairBudget } from '../../src/core/fair-budget.ts';
import { EpochKeys, KEPT_LANE_KEYS } from '../../src/core/keys/epoch-keys.ts';
import { IncomingMessages } from '../../src/core/messages/incoming-messages.ts';
import { MESSAGE_WINDOW } from '../../src/core/messages/outgoing-messages.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';
import { World } from '../support/pair.ts';

test('N5 a peer that begins more messages than its window allows breaks the protocol', (t) => {
  const messages = new IncomingMessages(64 * 1024, new FairBudget({ total: 1e6, each: 1e6, wanted: 1e6, holders: 1 }));
  const begin = (number: number): void => {
    messages.add({ type: FrameType.message, number, total: 2, offset: 0, bytes: new Uint8Array(1) });
  };
  for (let number = 0; number < MESSAGE_WINDOW; number++) begin(number);
  t.throws(() => begin(MESSAGE_WINDOW), { instanceOf: ProtocolViolation });
});

test('N5 packets that name every lane make no more keys than are kept', (t) => {
  let made = 0;
  const counting = {
    ...suite,
    aead: (key: Uint8Array) => {
      made += 1;
      return suite.aead(key);
    },
  };
  const secrets = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };
  const { receive } = new EpochKeys(counting, 0, secrets, 0);
  const first = receive.bulk(0);
  for (let lane = 1; lane <= KEPT_LANE_KEYS; lane++) receive.bulk(lane);
  t.is(receive.bulk(KEPT_LANE_KEYS), receive.bulk(KEPT_LANE_KEYS));
  t.is(made, KEPT_LANE_KEYS + 1);
  // The oldest was forgotten, and is made again: the same key.
  const again = receive.bulk(0);
  t.is(made, KEPT_LANE_KEYS + 2);
  const nonce = new Uint8Array(12);
  const aad = new Uint8Array(0);
  t.deepEqual(again.seal(nonce, aad, Uint8Array.of(7)), first.seal(nonce, aad, Uint8Array.of(7)));
});

test('N5 a peer that asks on and on, and takes no answer, loses its session', (t) => {
  const world = new World(11);
  const { client, server } = world.pair({ client: { limits: { maxLanes: 30_000, maxLanesPerSession: 30_000 } } });
  const session = world.connect(client, server);
  t.true(world.run(() => server.of('incoming').length === 1));
  // Acknowledgements pass; packets with answers, which are longer, do not.
  world.tap = (bytes, from) => (from.startsWith(server.host) && bytes.length > 100 ? undefined : bytes);
  const { socket, port } = client.openSocket();
  for (let i = 0; i < 20_000; i++) session.lanes?.offer(socket, port, world.now);
  t.true(world.run(() => server.of('closed').length === 1));
  t.is(server.of('closed')[0]?.reason, 'protocol-error');
});

test('N5 sessions opened here count too: past the cap a new one closes at once, unless it takes the place of another', (t) => {
  const world = new World(12);
  const { client, server } = world.pair({ client: { limits: { maxSessions: 2 } } });
  const first = world.connect(client, server);
  world.connect(client, server);
  const third = world.connect(client, server);
  t.is(third.state, 'closed');
  t.true(world.run(() => client.of('closed').some(({ session }) => session === third)));
  t.is(client.of('closed').find(({ session }) => session === third)?.reason, 'too-many-sessions');
  t.not(first.state, 'closed');
  t.true(client.endpoint.sessions <= 2);
});

test('N4 a session that one packet in 25 reaches is confirmed before the responder gives it up', (t) => {
  const world = new World(13);
  const { client, server } = world.pair();
  const session = world.connect(client, server);
  t.true(world.run(() => client.of('established').length === 1));
  let count = 0;
  world.tap = (bytes, from) => (from.startsWith(client.host) && ++count % 25 !== 0 ? undefined : bytes);
  t.true(world.run(() => server.of('incoming').length === 1 || session.state === 'closed'));
  t.is(server.of('incoming').length, 1);
});
