import test from 'ava';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { decodeCover, psnr } from '../../src/index.ts';
import { photo } from '../support/pictures.ts';

const image = photo(61, 37);

test('G3 a PNG cover decodes to its very pixels', (t) => {
  const png = PNG.sync.write(Object.assign(new PNG({ width: 61, height: 37 }), { data: Buffer.from(image.rgba) }));
  t.deepEqual(decodeCover(png), image);
});

test('G3 a JPEG cover decodes to nearly its pixels', (t) => {
  const file = jpeg.encode({ width: 61, height: 37, data: image.rgba }, 95).data;
  t.true(psnr(decodeCover(file), image) > 30);
});
