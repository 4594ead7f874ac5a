import test from 'ava';
import { type Node, World } from '../support/pair.ts';

const slab = new Uint8Array(64 * 1024);

/** How soon each packet that waits may be answered. */
function answersTo(node: Node, now: number): number[] {
  const all: number[] = [];
  for (;;) {
    const transmit = node.endpoint.pollTransmit(now, slab, 16);
    if (transmit === undefined) return all;
    all.push(transmit.answerMs);
  }
}

test('T1 a packet with a message tells how soon its acknowledgement may be here', (t) => {
  const world = new World(1, { delay: 5 });
  const { client, server } = world.pair();
  const session = world.connect(client, server);
  t.deepEqual(answersTo(client, world.now), [Number.POSITIVE_INFINITY], 'a handshake does not count');
  // That one was taken off the wire: it is repeated.
  world.run(() => session.state === 'established');
  world.run(() => false, 500);

  session.sendMessage(new Uint8Array(100));
  const [message] = answersTo(client, world.now);
  t.true(message! >= 10 && message! < 20, `${message} ms`);

  session.sendTransfer({ id: new Uint8Array(16), purpose: 0, bytes: new Uint8Array(1_000), lane: 0 });
  t.deepEqual([...new Set(answersTo(client, world.now))], [Number.POSITIVE_INFINITY], 'transfers are not');
});

test('T1 an acknowledgement alone is not answered', (t) => {
  const world = new World(2, { delay: 5 });
  const { client, server } = world.pair();
  const session = world.connect(client, server);
  world.run(() => session.state === 'established');
  world.run(() => false, 500);
  session.sendMessage(new Uint8Array(100));
  const answers: number[] = [];
  const { pollTransmit } = server.endpoint;
  server.endpoint.pollTransmit = (...args) => {
    const transmit = pollTransmit.apply(server.endpoint, args);
    if (transmit !== undefined) answers.push(transmit.answerMs);
    return transmit;
  };
  world.run(() => server.of('message').length > 0);
  world.run(() => false, 500);
  t.deepEqual(answers, [Number.POSITIVE_INFINITY]);
});
