import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  decodeClientMessage,
  decodeCloudMessage,
  decodeServerMessage,
  encodeAck,
  encodeAssigned,
  encodeRequest,
  encodeServerMessage,
  MAX_PUBLISHED_TOGETHER,
  type MessageOptions,
  utf8Encode,
  WireError,
} from '../../src/index.ts';
import { canonicalCloudMessage, canonicalNotices, canonicalRequest } from '../../src/messages/canonical.ts';
import { nearly, value } from './nearly.ts';
import { id, key } from './samples.ts';

type Decode = (bytes: Uint8Array, options: MessageOptions) => unknown;

/** What was read, or which error it is. */
function outcome(decode: Decode, bytes: Uint8Array): string {
  try {
    return `read ${JSON.stringify(decode(bytes, {}))}`;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return `${error.name}: ${error.message}`;
  }
}

/** The same JSON in another spelling: only JSON.parse and the schemas read it. */
function respelled(bytes: Uint8Array): Uint8Array {
  const other = new Uint8Array(bytes.length + 1);
  other[0] = 0x20;
  other.set(bytes, 1);
  return other;
}

/** One byte replaced, left out or doubled, or none. */
function damaged(bytes: Uint8Array, [at, kind, byte]: readonly [number, number, number]): Uint8Array {
  const place = at % bytes.length;
  const copy = bytes.slice();
  if (kind === 1) copy[place] = byte;
  if (kind === 2) return Uint8Array.from([...copy.subarray(0, place), ...copy.subarray(place + 1)]);
  if (kind === 3) return Uint8Array.from([...copy.subarray(0, place), byte, ...copy.subarray(place)]);
  return copy;
}

const fault = fc.tuple(
  fc.nat(10_000),
  fc.constantFrom(0, 0, 0, 1, 2, 3),
  fc.constantFrom(...[...'09afgzAZ",:[]{}\\-. \n'].map((letter) => letter.charCodeAt(0)), 0, 0x80, 0xc3, 0xff),
);

/** Whatever arrives, the quick way and the slow one come to the same; and the quick one is taken. */
function agrees(t: ExecutionContext, messages: fc.Arbitrary<object>, decode: Decode, quick: Decode): void {
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(messages, fault, (message, wrong) => {
      const bytes = damaged(utf8Encode(JSON.stringify(message)), wrong);
      const expected = outcome(decode, respelled(bytes));
      t.is(outcome(decode, bytes), expected);
      if (quick(bytes, {}) !== undefined) taken += 1;
      if (!expected.startsWith('read')) refused += 1;
    }),
    { numRuns: 4_000 },
  );
  t.true(taken > 100 && refused > 100, `${taken} ${refused}`);
}

const attempt = fc.constantFrom(0, 1, 1000);
const notice = fc.oneof(
  nearly({ type: fc.constant('stamp'), id: fc.constant(id), handler: fc.constant('s-2'), epoch: fc.nat(), attempt }),
  nearly({ type: fc.constant('handling'), id: fc.constant(id), attempt }),
  nearly({
    type: fc.constant('done'),
    id: fc.constant(id),
    attempt,
    outcome: fc.constantFrom('answered', 'passed', 'cancelled'),
  }),
);
const names = fc.array(fc.constantFrom('s1', 's2', 'a-b', `s${'1'.repeat(31)}`), { maxLength: 3 });
const imageId = fc.constantFrom('client1-a', 'client1-été', 'client12-a.b c');

function enveloped(type: string, fields: Parameters<typeof nearly>[0]): fc.Arbitrary<object> {
  return nearly({ v: fc.constant(1), type: fc.constant(type), ...fields });
}

test('W1 N4 notices off their bytes are those that their schema reads, and no others', (t) => {
  const several = fc.oneof(
    { weight: 5, arbitrary: fc.array(notice, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(notice, fc.constantFrom(0, 64, 65)).map(([one, n]) => Array(n).fill(one)) },
  );
  agrees(t, enveloped('notices', { notices: several }), decodeServerMessage, canonicalNotices);
});

test('W1 N4 requests off their bytes are those that their schemas read, and no others', (t) => {
  const head = {
    id: fc.constant(id),
    notAfter: fc.constantFrom(0, 7, 1_800_000_000_000, 2 ** 53 - 1),
    servers: names,
    tried: fc.oneof({ weight: 9, arbitrary: names }, fc.constantFrom(Array(100).fill('s1'), Array(101).fill('s1'))),
  };
  const encode = nearly({
    imageId,
    bytes: fc.constantFrom(1, 10_240, 12 * 1024 * 1024, 12 * 1024 * 1024 + 1),
    digest: fc.constant(key),
    mime: fc.constantFrom('image/png', 'image/jpeg'),
  });
  const image = nearly({ imageId, digest: fc.constant(key) });
  const count = fc.constantFrom(0, MAX_PUBLISHED_TOGETHER, MAX_PUBLISHED_TOGETHER + 1);
  const publish = fc.oneof(
    { weight: 5, arbitrary: nearly({ images: fc.array(image, { maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.tuple(image, count).map(([one, n]) => ({ images: Array(n).fill(one) })) },
  );
  agrees(t, enveloped('encode', { ...head, body: encode }), decodeClientMessage, canonicalRequest);
  agrees(t, enveloped('publish', { ...head, body: publish }), decodeClientMessage, canonicalRequest);
});

test('W1 N4 what clients are told, off its bytes, is what the schemas read, and nothing else', (t) => {
  const fields = { id: fc.constant(id), server: fc.constant('s1') };
  const lane = fc.constantFrom(0, 7, 0xffff_ffff, 2 ** 32);
  const assigned = fc.oneof(enveloped('assigned', fields), enveloped('assigned', { ...fields, lane }));
  agrees(t, assigned, decodeCloudMessage, canonicalCloudMessage);
  const status = fc.constant('success');
  const bytes = fc.constantFrom(0, 1, 22_000, 2 ** 53);
  const encoded = nearly({ imageId, digest: fc.constant(key), bytes });
  agrees(t, enveloped('encode_ack', { ...fields, status, body: encoded }), decodeCloudMessage, canonicalCloudMessage);
  const empty = fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: value });
  agrees(t, enveloped('publish_ack', { ...fields, status, body: empty }), decodeCloudMessage, canonicalCloudMessage);
});

test('W1 what is written most is read off its bytes, in its version and its limit', (t) => {
  const head = { id, notAfter: 1, servers: ['s1'], tried: [] };
  const images = [{ imageId: 'client1-a', digest: key }];
  const body = { imageId: 'client1-a', bytes: 1, digest: key, mime: 'image/png' };
  const requests = [
    { type: 'encode', ...head, body },
    { type: 'publish', ...head, body: { images } },
  ] as const;
  const [server, status] = ['s1', 'success'] as const;
  const acks = [
    { type: 'encode', id, server, status, body: { imageId: 'client1-a', digest: key, bytes: 1 } },
    { type: 'publish', id, server, status, body: {} },
  ] as const;
  const assigned = { type: 'assigned', id, server } as const;
  const notices = { type: 'notices', notices: [{ type: 'handling', id, attempt: 0 }] } as const;
  for (const version of [1, 2, 17]) {
    const written: readonly (readonly [Uint8Array, Decode])[] = [
      ...requests.map((request) => [encodeRequest(request, { version }), canonicalRequest] as const),
      ...acks.map((ack) => [encodeAck(ack, { version }), canonicalCloudMessage] as const),
      [encodeAssigned(assigned, { version }), canonicalCloudMessage],
      [encodeAssigned({ ...assigned, lane: 7 }, { version }), canonicalCloudMessage],
      [encodeServerMessage(notices, { version }), canonicalNotices],
    ];
    for (const [bytes, read] of written) {
      t.not(read(bytes, { version }), undefined);
      t.not(read(bytes, { version, limit: bytes.length }), undefined);
      t.is(read(bytes, { version, limit: bytes.length - 1 }), undefined);
      t.is(read(bytes, { version: version + 1 }), undefined);
    }
  }
});
