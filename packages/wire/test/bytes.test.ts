import test from 'ava';
import fc from 'fast-check';
import {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  toBase64Url,
  toHex,
  utf8Decode,
  utf8Encode,
} from '../src/index.ts';

const BASE64URL_VECTORS: readonly (readonly [string, string])[] = [
  // RFC 4648 §10, without padding
  ['', ''],
  ['f', 'Zg'],
  ['fo', 'Zm8'],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg'],
  ['fooba', 'Zm9vYmE'],
  ['foobar', 'Zm9vYmFy'],
];

for (const [plain, coded] of BASE64URL_VECTORS) {
  test(`base64url of "${plain}" is "${coded}"`, (t) => {
    t.is(toBase64Url(utf8Encode(plain)), coded);
    t.is(utf8Decode(fromBase64Url(coded)), plain);
  });
}

test('hexadecimal and base64url give back any bytes', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      t.deepEqual(fromHex(toHex(bytes)), bytes);
      t.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
    }),
  );
  t.is(toBase64Url(new Uint8Array([251, 255])), '-_8');
});

for (const text of ['A', 'Zh', 'Zm9', 'Zg==', 'Z+', 'Zm9v\n', 'Zé']) {
  test(`base64url refuses ${JSON.stringify(text)}`, (t) => {
    t.throws(() => fromBase64Url(text), { instanceOf: RangeError });
  });
}

for (const text of ['0', 'AB', '0g', '0x', ' 00', 'é0', '0\u0130']) {
  test(`hexadecimal refuses ${JSON.stringify(text)}`, (t) => {
    t.throws(() => fromHex(text), { instanceOf: RangeError });
  });
}

test('bytes are joined and compared whole', (t) => {
  const joined = concatBytes(new Uint8Array([1]), new Uint8Array(), new Uint8Array([2, 3]));
  t.deepEqual(joined, new Uint8Array([1, 2, 3]));
  t.true(equalBytes(joined, new Uint8Array([1, 2, 3])));
  t.false(equalBytes(joined, new Uint8Array([1, 2, 4])));
  t.false(equalBytes(joined, new Uint8Array([1, 2])));
});
