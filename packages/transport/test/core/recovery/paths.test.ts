import test from 'ava';
import { Bbr } from '../../../src/core/recovery/bbr.ts';
import type { CongestionController } from '../../../src/core/recovery/congestion.ts';
import { Cubic } from '../../../src/core/recovery/cubic.ts';
import { acceptAll, type LinkConditions, Node, World } from '../../support/pair.ts';

const LINK: Partial<LinkConditions> = { delay: 10, rate: 12_500, queue: 250_000 };

/** Mbit/s of a transfer over a virtual link, and the share of packets sent twice. */
function transfer(
  megabytes: number,
  conditions: Partial<LinkConditions>,
  congestion: () => CongestionController = () => new Bbr(),
): { rate: number; repeated: number } {
  const world = new World(3, { ...LINK, ...conditions });
  const { client, server } = world.pair({ client: { congestion } });
  acceptAll(server);
  const session = world.connect(client, server);
  world.run(() => server.of('incoming').length === 1);
  const start = world.now;
  const bytes = new Uint8Array(megabytes * 1e6);
  session.sendTransfer({ id: new Uint8Array(16), purpose: 1, bytes, lane: 0 });
  world.run(() => client.of('transfer-sent').length === 1, 120_000);
  return {
    rate: (bytes.length * 8) / 1e3 / (world.now - start),
    repeated: client.endpoint.retransmitted / client.sent,
  };
}

for (const [name, conditions, rate, repeated] of [
  ['a clean path', {}, 60, 0.02],
  ['1 % loss', { loss: 0.01 }, 60, 0.03],
  ['5 % loss', { loss: 0.05 }, 60, 0.08],
  ['50 ms and 5 % reordered', { delay: 25, reorder: 0.05, holdBack: 12 }, 40, 0.12],
  ['a queue of 30 KB', { queue: 30_000 }, 60, 0.1],
] as const) {
  test(`T1 100 Mbit/s with ${name}: at least ${rate} Mbit/s, at most ${Math.round(repeated * 100)} % sent twice`, (t) => {
    const result = transfer(6, conditions);
    t.true(result.rate >= rate, `${result.rate} Mbit/s`);
    t.true(result.repeated <= repeated, `${result.repeated}`);
  });
}

test('T1 at 1 % loss the model carries at least five times as much as CUBIC; on a clean path CUBIC fills it too', (t) => {
  const cubic = (): CongestionController => new Cubic();
  t.true(transfer(6, { loss: 0.01 }).rate >= 5 * transfer(6, { loss: 0.01 }, cubic).rate);
  t.true(transfer(6, {}, cubic).rate >= 60);
});

test('T2 two sessions share a link: neither gets more than 60 %', (t) => {
  const world = new World(4, LINK);
  const { client, server } = world.pair();
  const other = world.add(new Node('10.0.0.3', world.random));
  acceptAll(client);
  acceptAll(other);
  const sessions = [world.connect(server, client), world.connect(server, other)];
  world.run(() => server.of('established').length === 2);
  const bytes = new Uint8Array(20e6);
  const transfers = sessions.map((session) =>
    session.sendTransfer({ id: new Uint8Array(16), purpose: 1, bytes, lane: 0 }),
  );
  world.run(() => server.of('transfer-sent').length === 1, 120_000);
  const [a, b] = transfers.map((sent) => sent.acknowledgedBytes) as [number, number];
  const share = Math.max(a, b) / (a + b);
  t.true(share <= 0.6, `${share}`);
});
