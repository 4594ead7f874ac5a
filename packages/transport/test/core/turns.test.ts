import { DATA_HEADER_BYTES, PacketType, packetType, readDataHeader } from '@p2pimg/wire';
import test from 'ava';
import type { Session } from '../../src/core/session/session.ts';
import { acceptAll, type LinkConditions, type Node, World } from '../support/pair.ts';

/** About 100 Mbit/s and 20 ms. */
const LINK: Partial<LinkConditions> = { delay: 10, rate: 12_500 };
const SMALL = 60 * 1024;
const LARGE = 500 * 1024;

interface Opened {
  readonly world: World;
  readonly client: Node;
  readonly server: Node;
  readonly session: Session;
}

function opened(seed: number): Opened {
  const world = new World(seed, LINK);
  const { client, server } = world.pair();
  acceptAll(server);
  const session = world.connect(client, server);
  world.run(() => session.state === 'established');
  return { world, client, server, session };
}

const send = (session: Session, sizes: readonly number[]): void => {
  for (const size of sizes) {
    session.sendTransfer({ id: new Uint8Array(16), purpose: 0, bytes: new Uint8Array(size), lane: 0 });
  }
};

/** Sees the transfer and the segment of each data packet from `client`, in order of sending. */
function watch({ world, client }: Opened, see: (transfer: number, segment: number) => boolean): void {
  world.tap = (bytes, from) => {
    if (!from.startsWith(`${client.host}:`) || packetType(bytes, 0) !== PacketType.data) return bytes;
    const header = readDataHeader(bytes, 0, bytes.length)!;
    return see(header.transfer, header.record * 16 + header.segment) ? bytes : undefined;
  };
}

test('T1 small transfers leave one after the other, as they came; large ones take turns of 64 segments', (t) => {
  const all = opened(1);
  const order: number[] = [];
  watch(all, (transfer) => order.push(transfer) > 0);
  send(all.session, [SMALL, SMALL, LARGE, LARGE, SMALL]);
  t.true(all.world.run(() => all.client.of('transfer-sent').length === 5));
  const turns = order.reduce<{ transfer: number; count: number }[]>((runs, transfer) => {
    const last = runs.at(-1);
    if (last?.transfer === transfer) last.count++;
    else runs.push({ transfer, count: 1 });
    return runs;
  }, []);
  t.deepEqual(
    turns.slice(0, 7).map(({ transfer }) => transfer),
    [0, 1, 2, 3, 4, 2, 3],
  );
  t.is(turns.find(({ transfer }) => transfer === 2)?.count, 64);
  t.is(turns.filter(({ transfer }) => transfer < 2 || transfer === 4).length, 3);
});

test('T1 what was lost goes before everything that is new', (t) => {
  const all = opened(2);
  let lost = false;
  const order: { readonly transfer: number; readonly segment: number }[] = [];
  watch(all, (transfer, segment) => {
    order.push({ transfer, segment });
    const drop = !lost && transfer === 0 && segment === 3;
    lost ||= drop;
    return !drop;
  });
  send(all.session, [SMALL, ...Array<number>(20).fill(SMALL)]);
  t.true(all.world.run(() => all.client.of('transfer-sent').length === 21));
  const repeated = order.findLastIndex(({ transfer, segment }) => transfer === 0 && segment === 3);
  t.true(repeated > order.findIndex(({ transfer, segment }) => transfer === 0 && segment === 3));
  // Not after the twenty others: within about a round trip and a half of its loss, some 375 packets.
  t.true(repeated < 500, `${repeated} of ${order.length}`);
});

test('T1 a first flight survives the loss of the packet that opens it', (t) => {
  const all = opened(3);
  const { world, client, server, session } = all;
  let controls = 0;
  world.tap = (bytes, from) => {
    const control = from.startsWith(`${client.host}:`) && packetType(bytes, 0) === PacketType.control;
    return control && controls++ === 0 ? undefined : bytes;
  };
  send(session, [20 * (1_024 - DATA_HEADER_BYTES)]);
  t.true(world.run(() => client.of('transfer-sent').length === 1));
  t.is(server.endpoint.dropped['wrong-state'] ?? 0, 0);
  t.is(server.endpoint.dropped['unknown-transfer'] ?? 0, 0);
  t.is(client.endpoint.retransmitted, 0);
});
