import test from 'ava';
import { decodeCarried } from '../src/decode.ts';
import {
  appendRights,
  capacity,
  compileCover,
  defaultLimits,
  embed,
  extract,
  nodePlatform,
  pixelsFor,
  profiles,
  readRights,
  render,
  StegoError,
  stripRights,
} from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';

const payload = randomBytes(1, 700);

function nonceOf(png: Uint8Array): string {
  return Buffer.from(decodeCarried(nodePlatform, png, defaultLimits).plane.subarray(0, 12)).toString('hex');
}

test('G1 a nonce is never used for two plaintexts, covers or sizes under one key', (t) => {
  const cover = compileCover(photo(40, 40));
  const other = payload.slice();
  other[699]! ^= 1;
  const pictures = [
    embed(cover, payload, { key }),
    embed(cover, other, { key }),
    embed(cover, payload, { key, name: 'x' }),
    embed(cover, payload, { key, mime: 'image/png' }),
    embed(cover, payload, { key, rows: 'all' }),
    embed(compileCover(photo(40, 40, 2)), payload, { key }),
    embed(compileCover(photo(40, 40), { fidelity: { maxError: 4 } }), payload, { key }),
    embed(cover, payload, { key: randomBytes(9, 32) }),
  ];
  t.is(new Set(pictures.map(nonceOf)).size, pictures.length);
});

test('N6 without the key the carried bytes look like noise', (t) => {
  const cover = compileCover(photo(256, 256));
  const png = embed(cover, new Uint8Array(60_000), { key, rows: 'all' });
  const counts = new Float64Array(256);
  const { plane } = decodeCarried(nodePlatform, png, defaultLimits);
  for (const byte of plane) counts[byte]!++;
  const expected = plane.length / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 255 degrees of freedom: mean 255, standard deviation 22.6. The input is fixed, so is the outcome.
  t.true(Math.abs(chiSquare - 255) < 100, `${chiSquare}`);
});

test('G1 only as many rows are used as the payload needs, or all', (t) => {
  const cover = compileCover(photo(40, 100));
  t.true(render(embed(cover, payload, { key })).height < 25);
  t.is(render(embed(cover, payload, { key, rows: 'all' })).height, 100);
});

test('G1 a cover that is too small is refused, repeated or scaled', (t) => {
  const cover = compileCover(photo(20, 10));
  t.throws(() => embed(cover, payload, { key }), { code: 'COVER_TOO_SMALL' });
  const tiled = render(embed(cover, payload, { key, fit: 'tile' }));
  t.is(tiled.width, 20);
  const visible = (row: number): number[] =>
    [...tiled.rgba.subarray(row * 80, row * 80 + 80)].filter((_, i) => i % 4 < 3);
  t.deepEqual(visible(13), visible(3));
  const scaled = render(embed(cover, payload, { key, fit: 'scale' }));
  t.true(Math.abs(scaled.width / scaled.height - 2) < 0.2);
  t.true(scaled.width * scaled.height < 1.1 * pixelsFor(payload.length + 24, 'alpha16'));
});

test('G1 capacity and pixelsFor agree', (t) => {
  for (const profile of profiles) {
    const pixels = pixelsFor(1000, profile);
    t.true(capacity(pixels, 1, profile) >= 1000);
    t.true(capacity(pixels - 1, 1, profile) < 1000);
  }
  t.is(capacity(3, 3, 'alpha8-k1'), 0);
});

test('G1 what the caller gives is checked', (t) => {
  const cover = compileCover(photo(40, 40));
  const refused = (run: () => unknown): void => void t.throws(run, { instanceOf: StegoError, code: 'BAD_ARGUMENT' });
  refused(() => embed(cover, payload, { key: key.subarray(1) }));
  refused(() => embed(cover, payload, { key, mime: 'not a type' }));
  refused(() => embed(cover, payload, { key, name: '../../x' }));
  refused(() => embed(cover, payload, { key, name: 'a\u001b[2J' }));
  refused(() => embed(cover, payload, { key, name: '..' }));
  refused(() => embed(cover, payload, { key, name: 'x'.repeat(257) }));
  refused(() => compileCover({ width: 2, height: 2, rgba: new Uint8Array(15) }));
  refused(() => compileCover({ width: 0, height: 2, rgba: new Uint8Array(0) }));
  refused(() => compileCover(photo(4, 4), { fidelity: { maxError: 33 } }));
  refused(() => compileCover(photo(4, 4), { fidelity: { palette: 16 } }));
  refused(() => compileCover(photo(4, 4), { profile: 'alpha8-k3', fidelity: { palette: 33 } }));
  refused(() => compileCover(photo(4, 4), { profile: 'constructor' as 'alpha16' }));
  refused(() => capacity(1.5, 1, 'alpha16'));
});

test('G1 names of any script come back, in normal form', (t) => {
  const cover = compileCover(photo(40, 40));
  const png = embed(cover, payload, { key, name: 'chie\u0302n 犬 🐶.png' });
  t.is(extract(png, { key }).name, 'chiên 犬 🐶.png');
});

test('G1 G2 effort "size" makes a smooth cover smaller, and all else works as before', (t) => {
  const image = photo(120, 60);
  for (let i = 0; i < image.rgba.length; i++) if (i % 4 < 3) image.rgba[i] = Math.floor(i / 480) * 2;
  const cover = compileCover(image, { profile: 'alpha8-k2' });
  const fast = embed(cover, payload, { key });
  const small = embed(cover, payload, { key, effort: 'size' });
  t.true(small.length < fast.length, `${small.length} and ${fast.length} bytes`);
  t.deepEqual(Buffer.from(extract(small, { key }).payload), Buffer.from(payload));
  const rights = randomBytes(5, 64);
  t.deepEqual(Buffer.from(stripRights(appendRights(small, rights))), Buffer.from(small));
  t.true(embed(compileCover(photo(40, 40)), payload, { key, effort: 'size' }).length <= 10_000);
});

test('G2 rights of 512 bytes fit under a picture of any width', (t) => {
  const rights = randomBytes(6, 512);
  for (const width of [1, 2, 3, 7, 64, 513, 4096]) {
    for (const profile of ['alpha16', 'alpha8-k1', 'alpha8-k3'] as const) {
      const cover = compileCover(photo(width, Math.ceil(3000 / width)), { profile });
      const level1 = embed(cover, randomBytes(1, 100), { key });
      const level2 = appendRights(level1, rights);
      t.deepEqual(Buffer.from(readRights(level2)!), Buffer.from(rights));
      t.deepEqual(Buffer.from(stripRights(level2)), Buffer.from(level1));
      t.deepEqual(Buffer.from(extract(level2, { key }).rights!), Buffer.from(rights));
    }
  }
});

test('G1 covers large and small take turns, and each picture comes out as it did alone', (t) => {
  const covers = [photo(300, 300), photo(90, 90)].map((image) => compileCover(image, { profile: 'alpha8-k2' }));
  const alone = covers.map((cover) => embed(cover, payload, { key, rows: 'all' }));
  for (const turn of [0, 1, 0, 0, 1]) {
    t.deepEqual(Buffer.from(embed(covers[turn]!, payload, { key, rows: 'all' })), Buffer.from(alone[turn]!));
  }
  for (const png of alone) t.deepEqual(Buffer.from(extract(png, { key }).payload), Buffer.from(payload));
});

test('G1 a transparent cover is put on white', (t) => {
  const image = photo(30, 30);
  for (let i = 3; i < image.rgba.length; i += 4) image.rgba[i] = 0;
  const shown = render(embed(compileCover(image), randomBytes(1, 100), { key }));
  t.is(shown.rgba[0]! >> 8, 255);
});
