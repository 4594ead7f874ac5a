import test from 'ava';
import { decodeUpload, encodeUpload, MalformedMessageError, UPLOAD_KEY_BYTES } from '../src/index.ts';

const contentKey = Uint8Array.from({ length: UPLOAD_KEY_BYTES }, (_, i) => i);

test('S3 an upload is the content key and then the picture', (t) => {
  const picture = Uint8Array.of(0xff, 0xd8, 0xff);
  const bytes = encodeUpload({ contentKey, picture });
  t.deepEqual([...bytes], [...contentKey, 0xff, 0xd8, 0xff]);
  t.deepEqual(decodeUpload(bytes), { contentKey, picture });
});

test('N4 an upload without a picture, or with half a key, is refused', (t) => {
  for (let length = 0; length <= UPLOAD_KEY_BYTES; length++) {
    t.throws(() => decodeUpload(new Uint8Array(length)), { instanceOf: MalformedMessageError }, `${length} bytes`);
  }
  t.notThrows(() => decodeUpload(new Uint8Array(UPLOAD_KEY_BYTES + 1)));
  for (const length of [0, 31, 33]) {
    t.throws(() => encodeUpload({ contentKey: new Uint8Array(length), picture: new Uint8Array(1) }), {
      instanceOf: RangeError,
    });
  }
});
