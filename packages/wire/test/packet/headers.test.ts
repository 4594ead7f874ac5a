import test from 'ava';
import fc from 'fast-check';
import {
  controlLength,
  decodeInitPayload,
  decodeResponsePayload,
  encodeInitPayload,
  encodeResponsePayload,
  HandshakeStatus,
  packetType,
  readDataHeader,
  readInitHeader,
  readReplyHeader,
  toHex,
  writeControlHeader,
  writeDataHeader,
  writeInitHeader,
} from '../../src/index.ts';

const u8 = fc.nat(255);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const u48 = fc.maxSafeNat().map((n) => n % 2 ** 48);

test('W2 a data header: transfer, sequence number, termination flag at their places', (t) => {
  const b = new Uint8Array(1024);
  const header = {
    epoch: 2,
    lane: 0x0304,
    connectionId: 0x05060708,
    packetNumber: 0x090a0b0c0d0e,
    fin: true,
    segment: 15,
    transfer: 0x11121314,
    record: 0x15161718,
  };
  writeDataHeader(b, 0, header);
  t.is(toHex(b.subarray(0, 32)), '1502030405060708090a0b0c0d0e010f00000000000000001112131415161718');
  t.deepEqual(readDataHeader(b, 0, 1024), header);
  b[14] = 2;
  t.is(readDataHeader(b, 0, 1024), undefined);
  b[14] = 0;
  b[15] = 16;
  t.is(readDataHeader(b, 0, 1024), undefined);
  t.is(readDataHeader(b, 0, 31), undefined);
});

test('W2 every data header comes back as it was written', (t) => {
  const header = fc.record({
    epoch: u8,
    lane: u16,
    connectionId: u32,
    packetNumber: u48,
    fin: fc.boolean(),
    segment: fc.nat(15),
    transfer: u32,
    record: u32,
  });
  fc.assert(
    fc.property(header, (value) => {
      const b = new Uint8Array(1024);
      writeDataHeader(b, 0, value);
      t.deepEqual(readDataHeader(b, 0, 1024), value);
    }),
    { numRuns: 500 },
  );
});

test('W2 N4 the length of a control packet is believed only where it can be true', (t) => {
  const b = new Uint8Array(1024);
  const header = { epoch: 1, lane: 0, connectionId: 1, packetNumber: 1 };
  for (const [length, available, expected] of [
    [41, 41, 41],
    [41, 1024, 41],
    [1024, 1024, 1024],
    [41, 40, undefined],
    [40, 1024, undefined],
    [1025, 2048, undefined],
    [65_535, 1024, undefined],
    [41, 5, undefined],
  ] as const) {
    writeControlHeader(b, 0, header, length);
    t.is(controlLength(b, 0, available), expected, `${length} of ${available}`);
  }
});

test('N4 other versions and unknown types are nothing', (t) => {
  for (let first = 0; first < 256; first++) {
    t.is(packetType(Uint8Array.of(first), 0) !== undefined, first >= 0x11 && first <= 0x15);
  }
  t.is(packetType(new Uint8Array(0), 0), undefined);
});

test('W2 handshake payloads come back as they were written; reserved header bytes must be zero', (t) => {
  const versions = fc
    .tuple(fc.integer({ min: 1, max: 256 }), fc.nat(255))
    .map(([lowest, more]) => ({ lowest, highest: Math.min(256, lowest + more) }));
  const init = fc.record({
    timestamp: fc.maxSafeNat(),
    continues: u32,
    epoch: u8,
    receiveBuffer: u32,
    replaces: u32,
    versions,
  });
  fc.assert(fc.property(init, (value) => t.deepEqual(decodeInitPayload(encodeInitPayload(value)), value)));
  const status = fc.constantFrom(...Object.values(HandshakeStatus));
  const response = fc.record({ connectionId: u32, status, epoch: u8, receiveBuffer: u32, versions });
  fc.assert(fc.property(response, (value) => t.deepEqual(decodeResponsePayload(encodeResponsePayload(value)), value)));
  const huge = new Uint8Array(32).fill(255);
  t.is(decodeInitPayload(huge), undefined);
  t.is(decodeResponsePayload(huge.subarray(0, 16)), undefined);
  const b = new Uint8Array(168);
  writeInitHeader(b, 1, 7);
  t.deepEqual(readInitHeader(b), { pattern: 1, connectionId: 7 });
  for (const at of [1, 2, 3]) {
    const broken = b.slice();
    broken[at] = 9;
    t.is(readInitHeader(broken), undefined);
    t.is(readReplyHeader(broken), undefined);
  }
});
