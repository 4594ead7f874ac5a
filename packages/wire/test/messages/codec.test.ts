import test from 'ava';
import fc from 'fast-check';
import {
  type ClientMessage,
  canonicalBody,
  decodeClientMessage,
  decodeCloudMessage,
  decodePeerMessage,
  decodeServerMessage,
  encodeAck,
  encodeAssigned,
  encodeCancel,
  encodePeerAck,
  encodePeerRequest,
  encodeRequest,
  encodeServerMessage,
  InvalidFieldError,
  MalformedMessageError,
  MessageTooLongError,
  type PeerAck,
  UnknownMessageTypeError,
  UnsupportedVersionError,
  utf8Encode,
  WireError,
} from '../../src/index.ts';
import { acks, id, key, notices, peerRequests, requests } from './samples.ts';

const json = (value: unknown): Uint8Array => utf8Encode(JSON.stringify(value));

for (const request of requests) {
  test(`W1 the request ${request.type} survives the wire`, (t) => {
    t.deepEqual(decodeClientMessage(encodeRequest(request)), { kind: 'request', request });
  });
}

for (const ack of acks) {
  test(`W1 the acknowledgement of ${ack.type} with status ${ack.status} survives the wire`, (t) => {
    t.deepEqual(decodeCloudMessage(encodeAck(ack)), { kind: 'ack', ack });
  });
}

for (const request of peerRequests) {
  test(`W1 the peers' message ${request.type} and its acknowledgement survive the wire`, (t) => {
    t.deepEqual(decodePeerMessage(encodePeerRequest(request)), { kind: 'request', request });
    const acks: readonly PeerAck[] = [
      { type: request.type, id, status: 'success', body: { disposition: 'accepted', lane: 3 } },
      { type: request.type, id, status: 'refused', error: { code: 'not_asked', message: 'never asked for' } },
    ];
    for (const ack of acks) t.deepEqual(decodePeerMessage(encodePeerAck(ack)), { kind: 'ack', ack });
  });
}

for (const notice of notices) {
  test(`W1 E5 the servers' notice ${notice.type} survives the wire`, (t) => {
    t.deepEqual(decodeServerMessage(encodeServerMessage(notice)), notice);
  });
}

test('W1 assigned and cancel survive the wire', (t) => {
  t.deepEqual(decodeClientMessage(encodeCancel({ type: 'cancel', id })), {
    kind: 'cancel',
    id,
  } satisfies ClientMessage);
  const assigned = { type: 'assigned', id, server: 's3', lane: 4 } as const;
  t.deepEqual(decodeCloudMessage(encodeAssigned(assigned)), { kind: 'assigned', assigned });
});

test('N3 an image called register asks for that image and registers nobody', (t) => {
  const message = decodePeerMessage(
    encodePeerRequest({ type: 'image_request', id, body: { imageId: 'client6-register', views: 1 } }),
  );
  t.is(message.kind === 'request' && message.request.type, 'image_request');
});

const head = { v: 1, id, notAfter: 1, servers: [], tried: [] };
const renew = { ...head, type: 'renew', body: { counter: 1 } };

test('the head from which the refusals below depart is valid', (t) => {
  t.is(decodeClientMessage(json(renew)).kind, 'request');
});

const REFUSED: readonly (readonly [string, unknown, new (...of: never[]) => WireError])[] = [
  ['an array', [], MalformedMessageError],
  ['null', null, MalformedMessageError],
  ['a string', 'register', MalformedMessageError],
  ['no version', { ...renew, v: undefined }, UnsupportedVersionError],
  ['another version', { ...renew, v: 2 }, UnsupportedVersionError],
  ['no type', { ...renew, type: undefined }, UnknownMessageTypeError],
  ['an unknown type', { ...renew, type: 'reboot' }, UnknownMessageTypeError],
  ['the type constructor', { ...renew, type: 'constructor' }, UnknownMessageTypeError],
  ['the type __proto__', { ...renew, type: '__proto__' }, UnknownMessageTypeError],
  ['the type of another link', { ...renew, type: 'heartbeat' }, UnknownMessageTypeError],
  ['an unknown field', { ...renew, admin: true }, InvalidFieldError],
  ['an unknown field in the body', { ...renew, body: { counter: 1, admin: true } }, InvalidFieldError],
  ['no body', { ...renew, body: undefined }, InvalidFieldError],
  ['a counter of 0', { ...renew, body: { counter: 0 } }, InvalidFieldError],
  ['a counter of 1.5', { ...renew, body: { counter: 1.5 } }, InvalidFieldError],
  ['a counter of 2^53', { ...renew, body: { counter: 2 ** 53 } }, InvalidFieldError],
  ['a counter as text', { ...renew, body: { counter: '1' } }, InvalidFieldError],
  ['an id in upper case', { ...renew, id: id.toUpperCase() }, InvalidFieldError],
  ['an id too short', { ...renew, id: 'ab' }, InvalidFieldError],
  ['101 tried servers', { ...renew, tried: Array(101).fill('s1') }, InvalidFieldError],
  ['a server name with a slash', { ...renew, tried: ['../s1'] }, InvalidFieldError],
  ['an image id with ../', { ...head, type: 'unpublish', body: { imageId: 'client1-../../x' } }, InvalidFieldError],
  ['no image to publish', { ...head, type: 'publish', body: { images: [] } }, InvalidFieldError],
  [
    '17 images to publish',
    { ...head, type: 'publish', body: { images: Array(17).fill({ imageId: 'client1-a', digest: key }) } },
    InvalidFieldError,
  ],
  [
    'a picture of 0 bytes',
    {
      ...head,
      type: 'encode',
      body: { imageId: 'client1-a', bytes: 0, digest: key, mime: 'image/png' },
    },
    InvalidFieldError,
  ],
  [
    'a content key for all servers',
    {
      ...head,
      type: 'encode',
      body: { imageId: 'client1-a', bytes: 1, digest: key, mime: 'image/png', contentKey: key },
    },
    InvalidFieldError,
  ],
  [
    'a picture past 12 MiB',
    {
      ...head,
      type: 'encode',
      body: { imageId: 'client1-a', bytes: 13e6, digest: key, mime: 'image/png' },
    },
    InvalidFieldError,
  ],
  [
    'a picture that is HTML',
    {
      ...head,
      type: 'encode',
      body: { imageId: 'client1-a', bytes: 1, digest: key, mime: 'text/html' },
    },
    InvalidFieldError,
  ],
  [
    'a host name for an address',
    { ...head, type: 'sign_in', body: { counter: 1, host: 'example.org', port: 1, visibility: 'nobody' } },
    InvalidFieldError,
  ],
  [
    'port 65,536',
    { ...head, type: 'sign_in', body: { counter: 1, port: 65_536, visibility: 'nobody' } },
    InvalidFieldError,
  ],
];

for (const [what, value, error] of REFUSED) {
  test(`W1 N4 a request with ${what} is a ${error.name}`, (t) => {
    t.throws(() => decodeClientMessage(json(value)), { instanceOf: error });
  });
}

test('S6 W1 a message has the version of its session; in a session of another version it is refused', (t) => {
  const request = requests[0]!;
  for (const version of [1, 2, 256]) {
    const bytes = encodeRequest(request, { version });
    t.deepEqual(decodeClientMessage(bytes, { version }), { kind: 'request', request });
    t.throws(() => decodeClientMessage(bytes, { version: version + 1 }), { instanceOf: UnsupportedVersionError });
    const notice = encodeServerMessage(notices[0]!, { version });
    t.deepEqual(decodeServerMessage(notice, { version }), notices[0]);
    t.throws(() => decodeServerMessage(notice, { version: version + 1 }), { instanceOf: UnsupportedVersionError });
  }
});

for (const views of [0, -1, 65_536, 1.5, 'abc', null]) {
  test(`N10 a request for ${views} views is refused`, (t) => {
    const bytes = json({ v: 1, type: 'image_request', id, body: { imageId: 'client6-puppy', views } });
    t.throws(() => decodePeerMessage(bytes), { instanceOf: InvalidFieldError });
  });
}

test('N4 an own __proto__ key in a body is refused and pollutes nothing', (t) => {
  const bytes = utf8Encode(JSON.stringify(renew).replace('"counter":1', '"counter":1,"__proto__":{"admin":true}'));
  t.throws(() => decodeClientMessage(bytes), { instanceOf: InvalidFieldError });
  t.is(({} as Record<string, unknown>).admin, undefined);
});

test('N4 bytes that are not UTF-8 or not JSON are malformed, too many are not parsed', (t) => {
  t.throws(() => decodeClientMessage(new Uint8Array([0xff, 0xfe])), { instanceOf: MalformedMessageError });
  t.throws(() => decodeClientMessage(utf8Encode('{"v":1')), { instanceOf: MalformedMessageError });
  t.throws(() => decodeClientMessage(new Uint8Array(64 * 1024 + 1)), { instanceOf: MessageTooLongError });
  t.throws(() => decodeClientMessage(json(renew), { limit: 10 }), { instanceOf: MessageTooLongError });
});

test('N7 an error never repeats what was received', (t) => {
  const error = t.throws(() => decodeClientMessage(json({ ...renew, '\u001b[2J': 1 })), { instanceOf: WireError });
  t.false(error.message.includes('\u001b'));
});

test('N4 every truncation and every mutated byte of every request gives a message or a WireError', (t) => {
  for (const request of requests) {
    const bytes = encodeRequest(request);
    for (let length = 0; length < bytes.length; length++) {
      t.throws(() => decodeClientMessage(bytes.subarray(0, length)), { instanceOf: WireError });
    }
  }
  fc.assert(
    fc.property(fc.nat(requests.length - 1), fc.nat(), fc.nat(255), (which, at, byte) => {
      const bytes = encodeRequest(requests[which]!);
      bytes[at % bytes.length] = byte;
      try {
        decodeClientMessage(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('W1 the canonical body ignores key order and what changes between retransmissions', (t) => {
  const one = { ...head, type: 'publish', body: { images: [{ imageId: 'client1-a', digest: key }] } };
  const two = { ...one, notAfter: 2, tried: ['s1'], body: { images: [{ digest: key, imageId: 'client1-a' }] } };
  const other = { ...one, body: { images: [{ imageId: 'client1-b', digest: key }] } };
  const canonical = (value: unknown): Uint8Array => {
    const message = decodeClientMessage(json(value));
    if (message.kind !== 'request') throw new Error('not a request');
    return canonicalBody(message.request);
  };
  t.deepEqual(canonical(one), canonical(two));
  t.notDeepEqual(canonical(one), canonical(other));
});
