import { deflateSync } from 'node:zlib';
import test from 'ava';
import {
  appendRights,
  BadImageError,
  compileCover,
  decodeCover,
  embed,
  extract,
  inspect,
  readRights,
  StegoError,
  stripRights,
  writeRights,
} from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';
import { chunk, chunksOf, idat, iend, ihdr, png, signature } from './support/png.ts';

const readers = [
  ['extract', (bytes: Uint8Array) => extract(bytes, { key })],
  ['inspect', inspect],
  ['decodeCover', decodeCover],
] as const;

const zeros = (length: number): Buffer => Buffer.alloc(length);
const level1 = embed(compileCover(photo(30, 30)), randomBytes(1, 400), { key });

const hostile: Readonly<Record<string, Uint8Array>> = {
  'no bytes': zeros(0),
  text: Buffer.from('this is not a picture, whatever its name says'),
  'only a signature': signature,
  'an IEND alone': png(),
  '30000×30000 pixels in 70 bytes': png(ihdr(30_000, 30_000, 8, 6), idat(zeros(10))),
  'a size of 2³¹ − 1': png(ihdr(0x7fffffff, 0x7fffffff, 16, 6), idat(zeros(10))),
  'a size of 2³² − 1': png(ihdr(0xffffffff, 0xffffffff, 16, 6), idat(zeros(10))),
  'no width': png(ihdr(0, 5, 8, 6), idat(zeros(10))),
  'a colour type that is none': png(ihdr(5, 5, 8, 5), idat(zeros(105))),
  'a depth that is none': png(ihdr(5, 5, 3, 6), idat(zeros(105))),
  'the largest permitted size, little data': png(ihdr(4000, 4000, 16, 6), idat(zeros(1000))),
  'missing rows': png(ihdr(8, 8, 8, 6), idat(zeros(33 * 7))),
  'rows too many': png(ihdr(8, 8, 8, 6), idat(zeros(33 * 9))),
  'a wrong Adler-32': png(ihdr(8, 8, 8, 6), chunk('IDAT', spoiled(deflateSync(zeros(33 * 8))))),
  'bytes after the zlib stream': png(
    ihdr(8, 8, 8, 6),
    chunk('IDAT', Buffer.concat([deflateSync(zeros(264)), zeros(3)])),
  ),
  'bytes after IEND': Buffer.concat([png(ihdr(1, 1, 8, 6), idat(zeros(5))), zeros(1)]),
  'a filter type of 5': png(ihdr(1, 1, 8, 6), idat(Buffer.of(5, 0, 0, 0, 0))),
  'two headers': png(ihdr(1, 1, 8, 6), ihdr(1, 1, 8, 6), idat(zeros(5))),
  'no image data': png(ihdr(1, 1, 8, 6)),
  'image data torn apart': png(ihdr(1, 1, 8, 6), idat(zeros(5)), chunk('tEXt', zeros(4)), idat(zeros(5))),
  'an unknown critical chunk': png(ihdr(1, 1, 8, 6), chunk('EVIL', zeros(4)), idat(zeros(5))),
  'a chunk type of control characters': png(ihdr(1, 1, 8, 6), chunk('\x1b[2J', zeros(0)), idat(zeros(5))),
  'more chunks than permitted': png(ihdr(1, 1, 8, 6), ...Array(1100).fill(chunk('IDAT', zeros(0)))),
  'a chunk of 4 GiB': Buffer.concat([signature, ihdr(1, 1, 8, 6), Buffer.of(255, 255, 255, 255), Buffer.from('IDAT')]),
  'a palette without colours': png(ihdr(8, 8, 8, 3), chunk('tRNS', zeros(3)), idat(zeros(72))),
  'a palette of 257 alphas': png(
    ihdr(8, 8, 8, 3),
    chunk('PLTE', zeros(768)),
    chunk('tRNS', zeros(257)),
    idat(zeros(72)),
  ),
  'a JPEG of two bytes': Buffer.of(0xff, 0xd8),
  'a JPEG that ends in its markers': Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff),
  'a JPEG of 65535×65535 pixels': jpegHeader(65_535, 65_535),
  'a JPEG of 4000×4000 pixels in no data': jpegHeader(4000, 4000),
};

function spoiled(stream: Buffer): Buffer {
  stream[stream.length - 1]! ^= 1;
  return stream;
}

/** So many stored blocks of no bytes (RFC 1951 §3.2.4) before a zlib stream's own. */
function behindEmptyBlocks(stream: Buffer, blocks: number): Buffer {
  return Buffer.concat([
    stream.subarray(0, 2),
    Buffer.alloc(5 * blocks, Buffer.of(0, 0, 0, 255, 255)),
    stream.subarray(2),
  ]);
}

function jpegHeader(width: number, height: number): Buffer {
  const frame = [
    0xff,
    0xc0,
    0,
    17,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    3,
    1,
    0x22,
    0,
    2,
    0x11,
    0,
    3,
    0x11,
    0,
  ];
  const scan = [0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
  return Buffer.from([0xff, 0xd8, ...frame, ...scan, 0xff, 0xd9]);
}

for (const [name, bytes] of Object.entries(hostile)) {
  test(`N6 refused by a typed error and in little memory: ${name}`, (t) => {
    for (const [reader, read] of readers) {
      const before = process.memoryUsage();
      t.throws(() => read(bytes), { instanceOf: StegoError }, reader);
      const after = process.memoryUsage();
      t.true(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed < 32 * 2 ** 20, reader);
    }
  });
}

test('N6 compressed text and colour profiles are never inflated', (t) => {
  const bomb = Buffer.concat([Buffer.from('bomb\0\0'), deflateSync(zeros(2 ** 26))]);
  const file = png(ihdr(1, 1, 8, 6), chunk('zTXt', bomb), chunk('iCCP', bomb), idat(zeros(5)));
  const before = process.memoryUsage().arrayBuffers;
  t.deepEqual(decodeCover(file), { width: 1, height: 1, rgba: new Uint8Array(4) });
  t.true(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

test('N6 the bomb with a fitting size is refused before it is inflated', (t) => {
  const file = png(ihdr(2048, 2048, 16, 6), idat(zeros(2048 * (1 + 2048 * 8))));
  t.true(file.length < 2 ** 16);
  t.throws(() => extract(file, { key }), { code: 'AUTH_FAILED' });
});

test('N6 megabytes of blocks without content in front of one pixel are refused before they are read', (t) => {
  const file = png(ihdr(1, 1, 8, 6), chunk('IDAT', behindEmptyBlocks(deflateSync(zeros(5)), 2 ** 20)));
  t.throws(() => extract(file, { key }), { code: 'BAD_IMAGE' });
  t.throws(() => inspect(file), { code: 'BAD_IMAGE' });
});

test('G1 pictures without alpha, interlaced or of 4 bits are told apart', (t) => {
  t.throws(() => extract(png(ihdr(8, 8, 8, 2), idat(zeros(200))), { key }), { code: 'NO_ALPHA' });
  t.throws(() => extract(png(ihdr(8, 8, 8, 0), idat(zeros(72))), { key }), { code: 'NO_ALPHA' });
  t.throws(() => extract(png(ihdr(8, 8, 8, 3), chunk('PLTE', zeros(3)), idat(zeros(72))), { key }), {
    code: 'NO_ALPHA',
  });
  t.throws(() => extract(png(ihdr(8, 8, 8, 6, 1), idat(zeros(264))), { key }), { code: 'UNSUPPORTED_PNG' });
  const small = png(ihdr(8, 8, 4, 3), chunk('PLTE', zeros(3)), chunk('tRNS', zeros(1)), idat(zeros(40)));
  t.throws(() => extract(small, { key }), { code: 'UNSUPPORTED_PNG' });
});

test('G1 every limit has its name', (t) => {
  const limitOf = (limits: object): unknown =>
    t.throws<StegoError & { limit: string }>(() => extract(level1, { key, limits })).limit;
  t.is(limitOf({ imageBytes: 100 }), 'imageBytes');
  t.is(limitOf({ pixels: 10 }), 'pixels');
  t.is(limitOf({ chunks: 2 }), 'chunks');
  t.is(limitOf({ payloadBytes: 399 }), 'payloadBytes');
});

test('G2 rights are not written where there are none, nor appended twice, nor in another size', (t) => {
  const rights = randomBytes(5, 64);
  t.throws(() => writeRights(level1.slice(), rights), { code: 'RIGHTS_BAND' });
  const level2 = appendRights(level1, rights);
  t.throws(() => appendRights(level2, rights), { code: 'RIGHTS_BAND' });
  t.throws(() => writeRights(level2, rights.subarray(1)), { code: 'RIGHTS_BAND' });
  t.throws(() => appendRights(level1, new Uint8Array(0)), { code: 'BAD_ARGUMENT' });
  t.throws(() => appendRights(level1, new Uint8Array(65_536)), { code: 'BAD_ARGUMENT' });
});

test('G2 a band is not appended to, nor stripped from, a picture that another program wrote', (t) => {
  const other = png(ihdr(8, 8, 8, 6), idat(zeros(264)));
  t.throws(() => appendRights(other, randomBytes(5, 64)), { code: 'UNSUPPORTED_PNG' });
  t.throws(() => stripRights(other), { code: 'UNSUPPORTED_PNG' });
  t.is(readRights(other), undefined);
  const end = level1.length - iend.length;
  const extended = Buffer.concat([level1.subarray(0, end), chunk('tEXt', zeros(4)), iend]);
  t.throws(() => stripRights(extended), { code: 'UNSUPPORTED_PNG' });
});

test('G2 a closing block that is neither is refused', (t) => {
  const [closing] = chunksOf(level1)
    .filter(({ type }) => type === 'IDAT')
    .slice(1);
  const parts = [level1.subarray(0, closing!.at), chunk('IDAT', zeros(6)), iend];
  t.throws(() => stripRights(Buffer.concat(parts)), { instanceOf: BadImageError });
});
