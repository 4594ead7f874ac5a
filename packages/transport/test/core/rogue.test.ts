import { type Frame, FrameType, MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import { EpochKeys } from '../../src/core/keys/epoch-keys.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';
import { acceptAll, Node, World } from '../support/pair.ts';
import { Rogue } from '../support/rogue.ts';

const KIB = 1024;
const PING: Frame = { type: FrameType.ping };
const id = new Uint8Array(16);

function scene(seed: number, limits: ConstructorParameters<typeof Node>[2] = {}): { world: World; server: Node } {
  const world = new World(seed);
  const server = new Node('10.0.0.2', world.random, limits);
  acceptAll(server);
  return { world, server };
}

/** The transfer of a data packet in the upper half, its record in the lower. */
const recordOf = (packet: Uint8Array): bigint => new DataView(packet.buffer).getBigUint64(24);

/** A part of a message that never becomes whole. */
const beginning = (number: number, total: number): Frame => ({
  type: FrameType.message,
  number,
  total,
  offset: 0,
  bytes: new Uint8Array(64),
});

test('N4 N5 who speaks on and on and acknowledges nothing loses its session before it has filled memory', (t) => {
  const { world, server } = scene(41);
  const rogue = new Rogue(world, server);
  rogue.session.sendMessage(new Uint8Array(10));
  rogue.wait(5_000);
  let packets = 0;
  for (; server.of('closed').length === 0 && packets < 20_000; packets++) rogue.say([PING]);
  t.is(server.of('closed')[0]?.reason, 'protocol-error');
  t.true(packets < 5_000, `${packets}`);
});

test('N5 who answers everything but acknowledges nothing is given up after the idle time', (t) => {
  const { world, server } = scene(42);
  const rogue = new Rogue(world, server);
  rogue.session.sendMessage(new Uint8Array(10));
  for (let s = 0; s < 40 && server.of('closed').length === 0; s++) {
    rogue.wait(1_000);
    rogue.say([PING]);
  }
  t.is(server.of('closed')[0]?.reason, 'idle');
  t.true(world.now <= 32_000);
  t.is(server.endpoint.messageBytes, 0);
});

test('N4 messages to peers that never acknowledge: bounded for each, and for all together; other peers still get theirs', (t) => {
  const total = 4 * KIB * KIB;
  const { world, server } = scene(43, {
    limits: {
      maxSessions: 64,
      maxMessageBytes: 16 * KIB,
      maxMessageMemoryBytes: total,
      maxMessageMemoryBytesPerSession: KIB * KIB,
    },
  });
  const message = new Uint8Array(10_000);
  for (let i = 0; i < 40; i++) {
    const { session } = new Rogue(world, server, `10.66.1.${i}`);
    let sent = 0;
    while (sent < 1_000 && session.sendMessage(message) !== undefined) sent++;
    t.true(sent > 0 && sent * message.length < KIB * KIB);
  }
  t.true(server.endpoint.messageBytes <= total, `${server.endpoint.messageBytes}`);
  const honest = new Rogue(world, server, '10.0.0.7');
  t.not(honest.session.sendMessage(message), undefined);
  for (let i = 0; i < 10; i++) {
    honest.wait(20);
    honest.acknowledge();
  }
  t.is(server.of('message-acknowledged').length, 1);
});

test('N4 messages that never become whole: bounded for each session and for all together, and given back', (t) => {
  const total = 4 * KIB * KIB;
  const { world, server } = scene(44, {
    limits: { maxSessions: 64, maxMessageMemoryBytes: total, maxMessageMemoryBytesPerSession: KIB * KIB },
  });
  const rogues = Array.from({ length: 60 }, (_, i) => new Rogue(world, server, `10.66.2.${i}`));
  for (let number = 0; number < 9; number++) for (const rogue of rogues) rogue.say([beginning(number, 64 * KIB)]);
  t.true(server.endpoint.messageBytes <= total, `${server.endpoint.messageBytes}`);
  t.is(server.of('closed').length, 0);
  t.true(server.endpoint.dropped['no-memory']! > 0);
  // Somebody who did nothing wrong meets the shortage: what has no room is not acknowledged, what needs none arrives.
  const honest = new Rogue(world, server, '10.0.0.7');
  const text = new Uint8Array(64 * KIB).fill(7);
  const first: Frame = { type: FrameType.message, number: 0, total: text.length, offset: 0, bytes: text.slice(0, 900) };
  const packet = honest.packet([first]);
  honest.put(packet);
  honest.say([{ type: FrameType.message, number: 1, total: 20, offset: 0, bytes: new Uint8Array(20) }]);
  honest.wait(100);
  t.is(server.of('message').length, 1);
  t.is(server.of('closed').length, 0);
  const acknowledged = (number: number): boolean =>
    honest.heard.some(
      (frame) =>
        frame.type === FrameType.ack && frame.ranges.some((range) => range.first <= number && number <= range.last),
    );
  t.false(acknowledged(1));
  t.true(acknowledged(2));
  // When there is room again, the same packet is taken.
  for (const rogue of rogues) rogue.session.close('local', world.now);
  honest.put(packet);
  honest.wait(100);
  t.true(acknowledged(1));
  for (let offset = 900; offset < text.length; offset += 900) {
    honest.say([{ ...first, offset, bytes: text.slice(offset, offset + 900) }]);
  }
  t.deepEqual(server.of('message')[1]?.bytes, text);
  for (const rogue of rogues) rogue.session.close('local', world.now);
  t.is(server.endpoint.messageBytes, 0);
});

test('N4 a message in crumbs is no message', (t) => {
  const { world, server } = scene(45);
  const rogue = new Rogue(world, server);
  const crumb = (offset: number): Frame => ({
    type: FrameType.message,
    number: 0,
    total: 6_400,
    offset,
    bytes: new Uint8Array(1),
  });
  for (let offset = 0; offset < 6_400 && server.of('closed').length === 0; offset++) rogue.say([crumb(offset)]);
  t.is(server.of('closed')[0]?.reason, 'protocol-error');
});

test('T1 N5 an acknowledgement of packets never sent is ignored as a whole; two in one packet end the session', (t) => {
  const { world, server } = scene(46);
  const rogue = new Rogue(world, server);
  rogue.session.sendMessage(new Uint8Array(10));
  rogue.listen();
  const ack = (last: number): Frame => ({ type: FrameType.ack, delay: 0, ranges: [{ first: 0, last }] });
  rogue.say([ack(rogue.highest + 50)]);
  rogue.say([ack(2 ** 48 - 1)]);
  t.is(server.of('message-acknowledged').length, 0);
  t.is(server.of('closed').length, 0);
  rogue.acknowledge();
  t.is(server.of('message-acknowledged').length, 1);
  rogue.say([ack(0), ack(0)]);
  t.is(server.of('closed')[0]?.reason, 'protocol-error');
});

for (const [count, mib] of [
  [2, 20],
  [100, 0.5],
] as const) {
  test(`T1 N4 N5 a receiver that acknowledges all and opens nothing of ${count} transfers holds a bounded part of them, and not for ever`, (t) => {
    const { world, server } = scene(47);
    const rogue = new Rogue(world, server);
    const bytes = new Uint8Array(mib * KIB * KIB);
    for (let i = 0; i < count; i++) rogue.session.sendTransfer({ id, purpose: 1, bytes, lane: 0 });
    rogue.listen();
    const over = new Set<number>();
    const held = new Set<bigint>();
    let most = 0;
    let heard = 0;
    let read = 0;
    for (let turn = 0; turn < 20_000 && over.size < count; turn++) {
      for (; heard < rogue.heard.length; heard++) {
        const frame = rogue.heard[heard]!;
        if (frame.type === FrameType.transferReset) over.add(frame.transfer);
        if (frame.type !== FrameType.transferOpen) continue;
        const { transfer, size } = frame;
        rogue.say([{ type: FrameType.transferStatus, transfer, granted: size, opened: 0, openedBeyond: 0 }]);
      }
      for (; read < rogue.data.length; read++) held.add(recordOf(rogue.data[read]!));
      for (const record of held) if (over.has(Number(record >> 32n))) held.delete(record);
      most = Math.max(most, held.size);
      rogue.wait(20);
      rogue.acknowledge();
    }
    // What it does is no breach of the protocol: each transfer ends for itself, and what else the session carries goes on.
    t.is(server.of('closed').length, 0);
    const failed = server.of('send-failed');
    t.is(failed.filter(({ reason, transfer }) => reason === 'reset' && transfer.acknowledgedBytes === 0).length, count);
    t.true(most <= 1_100, `${most}`);
    t.is(rogue.session.state, 'established');
  });
}

test('N4 a peer can make nobody else get more bytes than it sends: challenges and answers to addresses that it names', (t) => {
  const { world, server } = scene(48);
  const rogue = new Rogue(world, server);
  const victim = { socket: 0, host: '203.0.113.5', port: 9 };
  const challenge: Frame = { type: FrameType.pathChallenge, data: new Uint8Array(8) };
  for (const frames of [
    [PING],
    [challenge],
    Array.from({ length: 4 }, () => challenge),
    new Array(90).fill(challenge),
  ]) {
    rogue.wait(1_000);
    const packet = rogue.packet(frames);
    t.true(packet.length <= MAX_DATAGRAM_BYTES);
    // One challenge of ours and one answer of ours at most: what goes to the known address is not counted as theirs.
    let out = 0;
    server.endpoint.handleDatagram(packet, 0, packet.length, victim, world.now);
    const slab = new Uint8Array(64 * KIB);
    for (
      let tx = server.endpoint.pollTransmit(world.now, slab, 16);
      tx;
      tx = server.endpoint.pollTransmit(world.now, slab, 16)
    ) {
      if (tx.path.host === victim.host) out += tx.bytes;
    }
    t.true(out <= packet.length, `${frames.length} frames: ${packet.length} in, ${out} out`);
  }
});

const u8 = fc.nat(255);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const u48 = fc.nat(2 ** 48 - 1);
const some = fc.uint8Array({ minLength: 1, maxLength: 200 });
const eight = fc.uint8Array({ minLength: 8, maxLength: 8 });
const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
const type = <T extends FrameType>(value: T): fc.Arbitrary<T> => fc.constant(value);

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: type(FrameType.ping) }),
  fc.record({
    type: type(FrameType.ack),
    delay: u16,
    ranges: fc.nat(50).map((last) => [{ first: 0, last }]),
  }),
  fc
    .record({ type: type(FrameType.message), number: fc.nat(50), bytes: some })
    .map((frame) => ({ ...frame, total: frame.bytes.length, offset: 0 })),
  fc.record({ type: type(FrameType.datagram), bytes: some }),
  fc.record({ type: type(FrameType.transferOpen), transfer: u32, size: u48, purpose: u8, lane: u16, id: sixteen }),
  fc.record({
    type: type(FrameType.transferStatus),
    transfer: fc.nat(3),
    granted: u48,
    opened: u32,
    openedBeyond: u32,
  }),
  fc.record({ type: fc.constantFrom(FrameType.transferReset, FrameType.transferStop), transfer: fc.nat(3), code: u8 }),
  fc.record({ type: type(FrameType.recordSpoiled), transfer: fc.nat(3), record: u32 }),
  fc.record({ type: type(FrameType.transferPiece), transfer: fc.nat(3), record: u32, piece: u8, bytes: some }),
  fc.record({ type: fc.constantFrom(FrameType.laneOffer, FrameType.laneAccept), lane: u16, port: u16 }),
  fc.record({ type: type(FrameType.laneRefuse), lane: u16, code: u8 }),
  fc.record({ type: type(FrameType.laneClose), lane: u16 }),
  fc.record({ type: fc.constantFrom(FrameType.pathChallenge, FrameType.pathResponse), data: eight }),
  fc.record({ type: type(FrameType.close), code: u8 }),
);

test('N5 no frame of any type is accepted that was not sealed for this session, direction, kind, lane, epoch and number', (t) => {
  const { world, server } = scene(49);
  const rogue = new Rogue(world, server);
  const other = new Rogue(world, server, '10.66.0.2');
  rogue.session.sendMessage(new Uint8Array(5_000));
  rogue.session.sendTransfer({ id, purpose: 1, bytes: new Uint8Array(100_000), lane: 0 });
  const { socket, port } = server.openSocket();
  const lane = rogue.session.lanes!.offer(socket, port, world.now)!;
  rogue.listen();
  const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n);
  const { send, receive } = rogue.keys;
  const reflected = { send: receive, receive: send } as unknown as EpochKeys;
  const bulk = { send: { control: (of: number) => send.bulk(of) } } as unknown as EpochKeys;
  const elsewhere = { send: { control: () => send.control(lane) } } as unknown as EpochKeys;
  const parent = { send: { control: () => send.control(0) } } as unknown as EpochKeys;
  const forgeries: readonly { keys: EpochKeys; lane?: number }[] = [
    { keys: new EpochKeys(suite, 0, { send: secret(1), receive: secret(2) }, 0) },
    { keys: other.keys },
    { keys: reflected },
    { keys: bulk },
    { keys: elsewhere },
    { keys: parent, lane },
  ];
  const events = server.events.length;
  const sealed = server.endpoint.dropped.seal ?? 0;
  let forged = 0;
  fc.assert(
    fc.property(
      fc.array(anyFrame, { minLength: 1, maxLength: 3 }),
      fc.nat(forgeries.length - 1),
      fc.nat(30),
      (frames, which, ahead) => {
        const packet = rogue.packet(frames, { ...forgeries[which]!, number: 1_000 + ahead });
        const sent = rogue.bytesHeard;
        rogue.put(packet);
        // Genuine, then moved to another number or epoch.
        const moved = rogue.packet(frames, { number: 2_000 + ahead });
        moved[13] = moved[13]! ^ (1 + (ahead % 255));
        rogue.put(moved);
        const renamed = rogue.packet(frames, { number: 3_000 + ahead });
        renamed[1] = 1;
        rogue.put(renamed);
        forged += 2;
        t.is(rogue.bytesHeard, sent);
      },
    ),
    { numRuns: 3_000 },
  );
  t.is(server.events.length, events);
  t.is((server.endpoint.dropped.seal ?? 0) - sealed, forged);
  t.is(server.endpoint.sessions, 2);
});
