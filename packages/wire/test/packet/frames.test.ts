import test from 'ava';
import fc from 'fast-check';
import {
  CONTROL_PAYLOAD_BYTES,
  type Frame,
  FrameType,
  frameBytes,
  fromHex,
  MalformedFrameError,
  readFrames,
  toHex,
  writeFrame,
} from '../../src/index.ts';

const id = fromHex('000102030405060708090a0b0c0d0e0f');
const bytes = fromHex('cafe');

/** Every frame, with its bytes as docs/protocol/packets.md gives them. */
const golden: readonly (readonly [Frame, string])[] = [
  [{ type: FrameType.ping }, '01'],
  [{ type: FrameType.ack, delay: 5, ranges: [{ first: 7, last: 9 }] }, '02000000000009000500' + '00000002'],
  [
    {
      type: FrameType.ack,
      delay: 0xffff,
      ranges: [
        { first: 0x1_0000_0010, last: 0x1_0000_0010 },
        { first: 0x1_0000_000d, last: 0x1_0000_000e },
        { first: 0xffff_fff0, last: 0xffff_fff0 },
      ],
    },
    '02000100000010ffff02' + '00000000' + '0000000000000001' + '0000001b' + '00000000',
  ],
  [{ type: FrameType.message, number: 1, total: 4, offset: 2, bytes }, '03000000010000000400000002' + '0002cafe'],
  [{ type: FrameType.datagram, bytes }, '040002cafe'],
  [
    { type: FrameType.transferOpen, transfer: 3, size: 0x1_0000_0001, purpose: 2, lane: 258, id },
    `0500000003000100000001020102${toHex(id)}`,
  ],
  [
    { type: FrameType.transferStatus, transfer: 3, granted: 1000, opened: 2, openedBeyond: 0x8000_0001 },
    '06000000030000000003e80000000280000001',
  ],
  [{ type: FrameType.transferReset, transfer: 3, code: 1 }, '070000000301'],
  [{ type: FrameType.transferStop, transfer: 3, code: 2 }, '080000000302'],
  [{ type: FrameType.recordSpoiled, transfer: 3, record: 4 }, '090000000300000004'],
  [{ type: FrameType.transferPiece, transfer: 3, record: 4, piece: 16, bytes }, '0a0000000300000004100002cafe'],
  [{ type: FrameType.laneOffer, lane: 1, port: 8081 }, '0b00011f91'],
  [{ type: FrameType.laneAccept, lane: 1, port: 8081 }, '0c00011f91'],
  [{ type: FrameType.laneRefuse, lane: 1, code: 0 }, '0d000100'],
  [{ type: FrameType.laneClose, lane: 1 }, '0e0001'],
  [{ type: FrameType.pathChallenge, data: id.subarray(0, 8) }, '0f0001020304050607'],
  [{ type: FrameType.pathResponse, data: id.subarray(0, 8) }, '100001020304050607'],
  [{ type: FrameType.close, code: 1 }, '1101'],
];

function encode(frames: readonly Frame[]): Uint8Array {
  const b = new Uint8Array(frames.reduce((sum, frame) => sum + frameBytes(frame), 0));
  let at = 0;
  for (const frame of frames) at = writeFrame(b, at, frame);
  return b.subarray(0, at);
}

for (const [index, [frame, hex]] of golden.entries()) {
  test(`W2 frame ${index} (type ${frame.type}): its bytes, and back; every truncation is malformed`, (t) => {
    t.is(toHex(encode([frame])), hex);
    t.deepEqual(readFrames(fromHex(hex)), [frame]);
    for (let length = 1; length < hex.length / 2; length++) {
      t.throws(() => readFrames(fromHex(hex).subarray(0, length)), { instanceOf: MalformedFrameError });
    }
  });
}

test('W2 several frames and padding in one packet come out in order', (t) => {
  const frames = golden.map(([frame]) => frame);
  const padded = new Uint8Array([0, 0, ...encode(frames), 0, 0, 0]);
  t.deepEqual(readFrames(padded), frames);
  t.deepEqual(readFrames(new Uint8Array(CONTROL_PAYLOAD_BYTES)), []);
});

test('N4 unknown types, too many ranges and ranges below zero are malformed', (t) => {
  for (const hex of ['12', 'ff', '02000000000001000020' + '00000000', '0200000000000100000000000002']) {
    t.throws(() => readFrames(fromHex(hex)), { instanceOf: MalformedFrameError }, hex);
  }
});

const mutations = process.env.P2PIMG_LONG === '1' ? 5_000_000 : 20_000;

test('N4 mutated packets are read or refused, never anything else', (t) => {
  const base = encode(golden.map(([frame]) => frame));
  const edit = fc.tuple(fc.nat(base.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.nat(base.length), (edits, length) => {
      const b = base.slice(0, length);
      for (const [at, value] of edits) if (at < b.length) b[at] = value;
      try {
        for (const frame of readFrames(b)) frameBytes(frame);
      } catch (error) {
        if (!(error instanceof MalformedFrameError)) throw error;
      }
    }),
    { numRuns: mutations },
  );
  t.pass();
});
