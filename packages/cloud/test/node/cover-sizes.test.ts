import { randomBytes } from 'node:crypto';
import { decodeCover, embed, extract, pixelsFor } from '@p2pimg/stego';
import test from 'ava';
import { CoverSizes, coverPixels } from '../../src/node/cover-sizes.ts';
import { standardCover } from '../../src/node/standard-cover.ts';

test('G1 the size for a payload holds it, at no more than an eighth above the need', (t) => {
  for (let needed = 4_096; needed < 1_000_000; needed = Math.ceil(needed * 1.07)) {
    const pixels = coverPixels(needed, 2_000_000) ?? 0;
    t.true(pixels >= needed && pixels <= needed * 1.126, `${needed} → ${pixels}`);
  }
});

test('a cover is never enlarged', (t) => {
  t.is(coverPixels(1_000, 4_000), undefined);
  t.is(coverPixels(90_000, 90_000), undefined);
});

test('S3 G1 pictures of any length come back from the whole cover in its own proportions', (t) => {
  const sizes = new CoverSizes(standardCover());
  const key = randomBytes(32);
  for (const length of [1, 3_000, 10_240, 60_000, 200_000]) {
    const payload = randomBytes(length);
    const cover = sizes.fitting(pixelsFor(length + 'image/jpeg'.length, 'alpha16'));
    const png = embed(cover, payload, { key, mime: 'image/jpeg', fit: 'tile', rows: 'all' });
    const { width, height } = decodeCover(png);
    t.true(Math.abs(width / height - 640 / 480) < 0.03, `${width}×${height}`);
    t.deepEqual(Buffer.from(extract(png, { key }).payload), payload);
  }
});

test('a payload larger than the cover tiles it', (t) => {
  const sizes = new CoverSizes(standardCover());
  const key = randomBytes(32);
  const payload = randomBytes(400_000);
  const cover = sizes.fitting(pixelsFor(payload.length, 'alpha16'));
  t.is(cover.width, 640);
  const png = embed(cover, payload, { key, fit: 'tile', rows: 'all' });
  t.deepEqual(Buffer.from(extract(png, { key }).payload), payload);
});

test('the same size is compiled once', (t) => {
  const sizes = new CoverSizes(standardCover());
  t.is(sizes.fitting(10_000), sizes.fitting(10_001));
});
