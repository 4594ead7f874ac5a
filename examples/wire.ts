// Messages are checked field by field at the edge, and errors never repeat what was received.
// Run: node --conditions=@p2pimg/source examples/wire.ts

import { decodeClientMessage, encodeRequest, printable, utf8Encode, WireError } from '@p2pimg/wire';

const bytes = encodeRequest({
  type: 'publish',
  id: '00112233445566778899aabbccddeeff',
  notAfter: 1_800_000_000_000,
  servers: ['s1', 's2', 's3'],
  tried: [],
  body: { images: [{ imageId: 'client6-puppy', digest: 'ab'.repeat(32) }] },
});
const message = decodeClientMessage(bytes);
console.log(`${bytes.length} bytes: ${message.kind === 'request' ? message.request.type : message.kind}`);

for (const text of [
  '{"v":2,"type":"publish"}',
  '{"v":1,"type":"reboot"}',
  '{"v":1,"type":"renew","id":"x"}',
  'nonsense',
]) {
  try {
    decodeClientMessage(utf8Encode(text));
  } catch (error) {
    if (error instanceof WireError) console.log(`${error.name}: ${error.message}`);
  }
}

console.log(printable('\u001b[2Jpuppy\u202e'));
