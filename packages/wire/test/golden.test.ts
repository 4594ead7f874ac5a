import test from 'ava';
import {
  decodeClientMessage,
  decodeCloudMessage,
  decodeInitPayload,
  decodePeerMessage,
  decodeResponsePayload,
  decodeServerMessage,
  encodeAck,
  encodeAssigned,
  encodeCancel,
  encodeInitPayload,
  encodePeerAck,
  encodePeerRequest,
  encodeRequest,
  encodeResponsePayload,
  encodeServerMessage,
  fromHex,
  PacketType,
  readInitHeader,
  readReplyHeader,
  toHex,
  utf8Decode,
  utf8Encode,
  WireError,
  writeControlHeader,
  writeInitHeader,
  writeReplyHeader,
} from '../src/index.ts';
import { acks, id, notices, peerRequests, requests } from './messages/samples.ts';

const filled = (length: number, write: (b: Uint8Array) => void): string => {
  const b = new Uint8Array(length);
  write(b);
  return toHex(b);
};

test('W2 a control header: its sixteen bytes as docs/protocol/packets.md gives them', (t) => {
  const header = { epoch: 2, lane: 0x0304, connectionId: 0x05060708, packetNumber: 0x090a0b0c0d0e };
  t.is(
    filled(16, (b) => writeControlHeader(b, 0, header, 41)),
    '14' + '02' + '0304' + '05060708' + '090a0b0c0d0e' + '0029',
  );
});

test('W2 the headers of the handshake packets as docs/protocol/handshake.md gives them, and back', (t) => {
  t.is(
    filled(8, (b) => writeInitHeader(b, 1, 0x01020304)),
    '11' + '01' + '0000' + '01020304',
  );
  t.is(
    filled(8, (b) => writeReplyHeader(b, PacketType.handshakeResponse, 0x01020304)),
    '12' + '000000' + '01020304',
  );
  t.is(
    filled(8, (b) => writeReplyHeader(b, PacketType.cookieReply, 0x01020304)),
    '13' + '000000' + '01020304',
  );
  t.deepEqual(readInitHeader(fromHex('1101000001020304')), { pattern: 1, connectionId: 0x01020304 });
  t.is(readReplyHeader(fromHex('1200000001020304')), 0x01020304);
});

test('W2 the payloads of the handshake as docs/protocol/handshake.md gives them, and back; other lengths are nothing', (t) => {
  const versions = { lowest: 1, highest: 1 };
  const init = {
    timestamp: 0x06_1122_3344_55,
    continues: 0x0a0b0c0d,
    epoch: 9,
    receiveBuffer: 0x0040_0000,
    replaces: 0x01020304,
    versions,
  };
  const hex = `0000061122334455${'0a0b0c0d'}${'09'}${'000000'}${'00400000'}${'01020304'}${'00'.repeat(8)}`;
  t.is(toHex(encodeInitPayload(init)), hex);
  t.deepEqual(decodeInitPayload(fromHex(hex)), init);
  const response = { connectionId: 0x0a0b0c0d, status: 2, epoch: 9, receiveBuffer: 0x0040_0000, versions } as const;
  const answer = `${'0a0b0c0d'}${'02'}${'09'}${'0000'}${'00400000'}${'00000000'}`;
  t.is(toHex(encodeResponsePayload(response)), answer);
  t.deepEqual(decodeResponsePayload(fromHex(answer)), response);
  const newer = { lowest: 2, highest: 256 };
  t.is(toHex(encodeInitPayload({ ...init, versions: newer })), `${hex.slice(0, 26)}01ff${hex.slice(30)}`);
  t.is(toHex(encodeResponsePayload({ ...response, versions: newer })), `${answer.slice(0, 12)}01ff${answer.slice(16)}`);
  // A range that ends before it begins.
  t.is(decodeInitPayload(fromHex(`${hex.slice(0, 26)}0100${hex.slice(30)}`)), undefined);
  t.is(decodeResponsePayload(fromHex(`${answer.slice(0, 12)}0100${answer.slice(16)}`)), undefined);
  for (let length = 0; length < 40; length++) {
    if (length !== 32) t.is(decodeInitPayload(new Uint8Array(length)), undefined);
    if (length !== 16) t.is(decodeResponsePayload(new Uint8Array(length)), undefined);
  }
});

/** What each kind of message looks like on the wire, letter by letter. */
const JSON_VECTORS: readonly (readonly [string, Uint8Array, string])[] = [
  [
    'a request',
    encodeRequest({ type: 'renew', id, notAfter: 1, servers: ['s1'], tried: [], body: { counter: 2 } }),
    `{"v":1,"type":"renew","id":"${id}","notAfter":1,"servers":["s1"],"tried":[],"body":{"counter":2}}`,
  ],
  [
    'a success',
    encodeAck({ type: 'renew', id, server: 's1', status: 'success', body: { renewed: true, leaseMs: 30_000 } }),
    `{"v":1,"type":"renew_ack","id":"${id}","server":"s1","status":"success","body":{"renewed":true,"leaseMs":30000}}`,
  ],
  [
    'a refusal',
    encodeAck({ type: 'renew', id, server: 's1', status: 'refused', error: { code: 'too_old', message: 'older' } }),
    `{"v":1,"type":"renew_ack","id":"${id}","server":"s1","status":"refused","error":{"code":"too_old","message":"older"}}`,
  ],
  [
    'a request of a peer',
    encodePeerRequest({ type: 'image_request', id, body: { imageId: 'client6-puppy', views: 5 } }),
    `{"v":1,"type":"image_request","id":"${id}","body":{"imageId":"client6-puppy","views":5}}`,
  ],
  ['a cancel', encodeCancel({ type: 'cancel', id }), `{"v":1,"type":"cancel","id":"${id}"}`],
  [
    'an assignment',
    encodeAssigned({ type: 'assigned', id, server: 's1', lane: 2 }),
    `{"v":1,"type":"assigned","id":"${id}","server":"s1","lane":2}`,
  ],
  [
    'what servers tell each other about requests',
    encodeServerMessage({
      type: 'notices',
      notices: [
        { type: 'stamp', id, handler: 's2', epoch: 4, attempt: 0 },
        { type: 'done', id, attempt: 0, outcome: 'answered' },
      ],
    }),
    `{"v":1,"type":"notices","notices":[{"type":"stamp","id":"${id}","handler":"s2","epoch":4,"attempt":0},{"type":"done","id":"${id}","attempt":0,"outcome":"answered"}]}`,
  ],
];

for (const [what, bytes, text] of JSON_VECTORS) {
  test(`W1 ${what} on the wire, letter by letter`, (t) => t.is(utf8Decode(bytes), text));
}

type Decode = (bytes: Uint8Array) => unknown;
const links: readonly (readonly [string, Decode, readonly Uint8Array[]])[] = [
  ['client', decodeClientMessage, requests.map((request) => encodeRequest(request))],
  ['cloud', decodeCloudMessage, acks.map((ack) => encodeAck(ack))],
  [
    'peer',
    decodePeerMessage,
    [
      ...peerRequests.map((m) => encodePeerRequest(m)),
      encodePeerAck({ type: 'image_request', id, status: 'success', body: { disposition: 'accepted' } }),
    ],
  ],
  ['server', decodeServerMessage, notices.map((m) => encodeServerMessage(m))],
];

/** The message once for each object in it, with one more key there. */
function withKey(bytes: Uint8Array, key: string): string[] {
  const text = utf8Decode(bytes);
  const variants: string[] = [];
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
    const comma = text[at + 1] === '}' ? '' : ',';
    variants.push(`${text.slice(0, at + 1)}${JSON.stringify(key)}:{"admin":true}${comma}${text.slice(at + 1)}`);
  }
  return variants;
}

for (const [link, decode, messages] of links) {
  test(`W1 N4 prototype keys and unknown keys in any object of any message of the ${link} link are refused`, (t) => {
    for (const message of messages) {
      t.notThrows(() => decode(message));
      for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'extra']) {
        for (const text of withKey(message, key)) {
          t.throws(() => decode(utf8Encode(text)), { instanceOf: WireError }, text);
        }
      }
    }
    t.is(({} as Record<string, unknown>).admin, undefined);
  });

  test(`W1 N4 every truncation of every message of the ${link} link is refused`, (t) => {
    for (const message of messages) {
      for (let length = 0; length < message.length; length++) {
        t.throws(() => decode(message.subarray(0, length)), { instanceOf: WireError });
      }
    }
  });
}
