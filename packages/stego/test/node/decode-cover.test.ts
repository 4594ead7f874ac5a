import test from 'ava';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { decodeCover, psnr, type Raster } from '../../src/index.ts';
import { photo } from '../support/pictures.ts';

const image = photo(61, 37);
const pixels = sharp(image.rgba, { raw: { width: 61, height: 37, channels: 4 } }).removeAlpha();

/** A JPEG with an Adobe marker of this transform before everything else. */
function withAdobe(file: Uint8Array, transform: number): Buffer {
  const marker = Buffer.from([0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]);
  return Buffer.concat([file.subarray(0, 2), marker, file.subarray(2)]);
}

test('G3 a PNG cover decodes to its very pixels', (t) => {
  const png = PNG.sync.write(Object.assign(new PNG({ width: 61, height: 37 }), { data: Buffer.from(image.rgba) }));
  t.deepEqual(decodeCover(png), image);
});

test('G3 PNGs with a palette, grey, 16 bits and interlacing are read', async (t) => {
  const close = (decoded: Raster, least: number): boolean => psnr(decoded, image) > least;
  t.true(close(decodeCover(await pixels.clone().png({ palette: true }).toBuffer()), 25));
  t.true(close(decodeCover(await pixels.clone().png({ progressive: true }).toBuffer()), 90));
  t.true(close(decodeCover(await pixels.clone().toColourspace('rgb16').png().toBuffer()), 50));
  const grey = decodeCover(await pixels.clone().greyscale().png().toBuffer());
  t.is(grey.rgba[0], grey.rgba[1]);
});

test('G3 a JPEG cover decodes to nearly its pixels, baseline and progressive, colour and grey', async (t) => {
  t.true(psnr(decodeCover(jpeg.encode({ width: 61, height: 37, data: image.rgba }, 95).data), image) > 30);
  t.true(psnr(decodeCover(await pixels.clone().jpeg({ quality: 95, progressive: true }).toBuffer()), image) > 28);
  const grey = decodeCover(await pixels.clone().greyscale().jpeg({ quality: 95 }).toBuffer());
  t.is(grey.rgba[0], grey.rgba[1]);
});

for (let orientation = 1; orientation <= 8; orientation++) {
  test(`G3 a JPEG with EXIF orientation ${orientation} stands upright`, async (t) => {
    const file = await pixels.clone().jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
    const upright = await sharp(file).rotate().ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const decoded = decodeCover(file);
    t.is(decoded.width, upright.info.width);
    t.is(decoded.height, upright.info.height);
    const expected = { width: upright.info.width, height: upright.info.height, rgba: new Uint8Array(upright.data) };
    t.true(psnr(decoded, expected) > 30);
  });
}

test('G3 a JPEG whose colours would come out wrong is refused', async (t) => {
  const cmyk = await pixels.clone().toColourspace('cmyk').jpeg().toBuffer();
  t.throws(() => decodeCover(cmyk), { code: 'UNSUPPORTED_JPEG', message: /CMYK/ });
  const plain = await pixels.clone().jpeg().toBuffer();
  t.throws(() => decodeCover(withAdobe(plain, 0)), { code: 'UNSUPPORTED_JPEG', message: /RGB/ });
  t.notThrows(() => decodeCover(withAdobe(plain, 1)));
});

test('N6 a JPEG cut anywhere gives a typed error or the same size', async (t) => {
  const file = await pixels.clone().jpeg({ quality: 60 }).toBuffer();
  for (let length = 0; length < file.length; length += 7) {
    try {
      t.is(decodeCover(file.subarray(0, length)).width, 61);
    } catch (error) {
      t.regex((error as { code: string }).code, /^(TRUNCATED|BAD_IMAGE)$/);
    }
  }
});
