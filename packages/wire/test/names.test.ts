import test from 'ava';
import fc from 'fast-check';
import {
  InvalidNameError,
  imageId,
  imageNameFromPath,
  isImageId,
  isImageName,
  parseImageId,
  printable,
} from '../src/index.ts';

for (const name of ['puppy', 'my dog 2', 'été', '子犬', 'a', 'x'.repeat(64), 'a.b_c-d', '𝒜lpha']) {
  test(`D3 N7 the name ${JSON.stringify(name)} is allowed and survives in an image id`, (t) => {
    t.true(isImageName(name));
    t.deepEqual(parseImageId(imageId(6, name)), { clientId: 6, name });
  });
}

test('D3 N7 plain names are told apart from others as the rule for all names does it', (t) => {
  const rule = (name: string): boolean =>
    /^[A-Za-z0-9 ._-]{1,64}$/.test(name) && name === name.trim() && !/^\.+$/.test(name);
  const text = fc.array(fc.constantFrom('a', 'Z', '0', ' ', '.', '_', '-', '/', '\n'), { maxLength: 70 });
  fc.assert(fc.property(text, (letters) => t.is(isImageName(letters.join('')), rule(letters.join('')))));
  for (const length of [63, 64, 65]) t.is(isImageName('x'.repeat(length)), length <= 64);
});

test('D3 an image id is one when it can be split, and is put together again from its parts', (t) => {
  const owner = fc.oneof(
    fc.nat(),
    fc.constantFrom('', '01', '9007199254740991', '9007199254740992', '12345678901234567', '1e3', '+1'),
  );
  const name = fc.constantFrom('', 'puppy', 'a-b', ' a', 'é', 'a\u0000');
  const start = fc.constantFrom('client', 'Client', 'clien', '');
  fc.assert(
    fc.property(start, owner, fc.constantFrom('-', '', '_'), name, (prefix, id, dash, rest) => {
      const text = `${prefix}${id}${dash}${rest}`;
      const match = /^client([1-9][0-9]{0,15})-(.+)$/su.exec(text);
      const valid = Number.isSafeInteger(Number(match?.[1])) && isImageName(match?.[2] ?? '');
      t.is(isImageId(text), valid);
      if (!valid) t.throws(() => parseImageId(text), { instanceOf: InvalidNameError });
      else t.is(imageId(parseImageId(text).clientId, parseImageId(text).name), text);
    }),
  );
});

const FORBIDDEN: readonly string[] = [
  '',
  ' puppy',
  'puppy ',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  'a,b',
  'a\nb',
  'a\u001b[2Jb',
  'a\u202eb',
  'e\u0301',
  'x'.repeat(65),
  'a\0b',
];

for (const name of FORBIDDEN) {
  test(`N7 the name ${JSON.stringify(name)} is refused`, (t) => {
    t.false(isImageName(name));
    t.false(isImageId(`client6-${name}`));
    t.throws(() => imageId(6, name), { instanceOf: InvalidNameError });
  });
}

for (const id of [
  'puppy',
  'client-puppy',
  'client0-puppy',
  'client06-puppy',
  'client6puppy',
  'client99999999999999999-a',
  'Client6-a',
]) {
  test(`D3 ${JSON.stringify(id)} is no image id`, (t) => {
    t.false(isImageId(id));
    t.throws(() => parseImageId(id), { instanceOf: InvalidNameError });
  });
}

test('D3 a client id outside 1 … 2^53 − 1 makes no image id', (t) => {
  for (const id of [0, -1, 1.5, 2 ** 53, Number.NaN]) t.throws(() => imageId(id, 'a'), { instanceOf: RangeError });
});

const PATHS: readonly (readonly [string, string])[] = [
  ['/home/me/puppy.jpg', 'puppy'],
  ['C:\\pictures\\my dog.PNG', 'my dog'],
  ['puppy', 'puppy'],
  ['a,b;c.png', 'a_b_c'],
  ['archive.tar.png', 'archive.tar'],
  ['.png', '.png'],
  ['e\u0301te\u0301.png', 'été'],
  [`${'x'.repeat(80)}.png`, 'x'.repeat(64)],
];

for (const [path, name] of PATHS) {
  test(`U3 the path ${JSON.stringify(path)} suggests the name ${JSON.stringify(name)}`, (t) => {
    t.is(imageNameFromPath(path), name);
  });
}

test('a path without any usable name is refused', (t) => {
  for (const path of ['', '/', 'dir/', '..', '  .png'])
    t.throws(() => imageNameFromPath(path), { instanceOf: InvalidNameError });
});

test('N7 whatever arrives, what is printed has no control, format or bidirectional character and is short', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const safe = printable(text, 50);
      t.false(/[\p{Cc}\p{Cf}\p{Cs}]/u.test(safe));
      t.true([...safe].length <= 51);
    }),
  );
  t.is(printable('\u001b]0;owned\u0007name\u202e'), '\uFFFD]0;owned\uFFFDname\uFFFD');
  t.is(printable('puppy été 子犬'), 'puppy été 子犬');
});
