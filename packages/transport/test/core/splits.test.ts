import { FrameType } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import { FairBudget } from '../../src/core/fair-budget.ts';
import { IncomingMessages } from '../../src/core/messages/incoming-messages.ts';
import { OutgoingMessages } from '../../src/core/messages/outgoing-messages.ts';
import { packetBytes } from '../../src/core/packet-bytes.ts';

const budget = (): FairBudget => new FairBudget({ total: 1e7, each: 1e6, wanted: 1e6, holders: 1 });
const message = Uint8Array.from({ length: 300 }, (_, i) => i);

test('W2 T1 a message split at every place, in both orders, is the message', (t) => {
  for (let at = 64; at < message.length; at++) {
    const parts = [
      { offset: 0, bytes: message.subarray(0, at) },
      { offset: at, bytes: message.subarray(at) },
    ];
    for (const order of [parts, parts.toReversed()]) {
      const incoming = new IncomingMessages(1_000, budget());
      const [first, second] = order.map((part) =>
        incoming.add({ type: FrameType.message, number: 0, total: message.length, ...part }),
      );
      t.is(first, undefined);
      t.deepEqual(second, message);
      t.is(incoming.heldBytes, 0);
    }
  }
});

test('W2 T1 messages cut to any room, their pieces lost, doubled and in any order: each arrives once and whole', (t) => {
  const sizes = fc.array(fc.nat(3_000), { minLength: 1, maxLength: 12 });
  const rooms = fc.array(fc.integer({ min: 90, max: 992 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(sizes, rooms, fc.infiniteStream(fc.nat(1_000)), (lengths, room, dice) => {
      const outgoing = new OutgoingMessages(budget());
      const sent = lengths.map((length, i) => Uint8Array.from({ length }, (_, at) => at * 7 + i));
      for (const bytes of sent) outgoing.push(bytes);
      const pieces = [];
      for (let i = 0; outgoing.hasNext; i++) {
        const piece = outgoing.nextFragment(room[i % room.length]!);
        if (piece !== undefined) pieces.push(piece);
      }
      const draw = (below: number): number => (dice.next().value as number) % below;
      const incoming = new IncomingMessages(64 * 1024, budget());
      const got: Uint8Array[] = [];
      const flights = pieces.flatMap((piece) => (draw(4) === 0 ? [piece, piece] : [piece]));
      while (flights.length > 0) {
        const [piece] = flights.splice(draw(flights.length), 1);
        const whole = incoming.add(piece!);
        if (whole !== undefined) got.push(whole);
      }
      const order = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);
      t.deepEqual(got.sort(order), sent.sort(order));
      t.is(incoming.heldBytes, 0);
    }),
    { numRuns: 300 },
  );
});

test('W2 N4 any batch of bytes is cut into packets that are not empty and make it up', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), fc.nat(255), (bytes, first) => {
      const batch = Uint8Array.from(bytes);
      batch[0] = first;
      let at = 0;
      while (at < batch.length) {
        const length = packetBytes(batch, at, batch.length - at);
        if (length < 1 || length > batch.length - at) t.fail(`${length} of ${batch.length - at}`);
        at += length;
      }
      t.is(at, batch.length);
    }),
  );
});

test('W2 N4 handshakes that the kernel merged are told apart; what only looks like one goes as a whole', (t) => {
  for (const [type, size] of [
    [0x11, 168],
    [0x12, 104],
    [0x13, 52],
  ] as const) {
    const batch = new Uint8Array(size * 3).fill(type);
    t.is(packetBytes(batch, 0, size * 3), size);
    t.is(packetBytes(batch, 0, size), size);
    t.is(packetBytes(batch, 0, size + 1), size + 1);
  }
});
