import test from 'ava';
import { BadArgumentError, psnr, type Raster, scaleTo, scaleToPixels } from '../src/index.ts';

function gradient(width: number, height: number): Raster {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    rgba.set([Math.round((x * 255) / width), Math.round((y * 255) / height), 128, 255], i * 4);
  }
  return { width, height, rgba };
}

test('G1 a cover in another size looks like itself', (t) => {
  for (const [width, height] of [
    [300, 200],
    [75, 50],
    [131, 87],
    [900, 611],
  ] as const) {
    t.true(psnr(scaleTo(gradient(600, 400), width, height), gradient(width, height)) > 40, `${width}×${height}`);
  }
});

test('the same size gives the same pixels', (t) => {
  const image = gradient(33, 17);
  t.deepEqual(scaleTo(image, 33, 17).rgba, image.rgba);
});

test('halving takes means, so that fine patterns turn grey and not into other patterns', (t) => {
  const board = gradient(64, 64);
  for (let i = 0; i < 64 * 64; i++)
    board.rgba.fill(((i % 64) + Math.floor(i / 64)) % 2 === 0 ? 255 : 0, i * 4, i * 4 + 3);
  t.true(scaleTo(board, 16, 16).rgba.every((value, i) => i % 4 === 3 || value === 128));
});

test('a number of pixels is reached with the proportions kept', (t) => {
  const { width, height } = scaleToPixels(gradient(600, 400), 10_000);
  t.true(width * height >= 10_000 && width * height < 10_200);
  t.true(Math.abs(width / height - 1.5) < 0.03);
});

test('sizes that cannot be are refused', (t) => {
  for (const [width, height] of [
    [0, 1],
    [1, 0],
    [1.5, 1],
    [-1, 1],
    [Number.NaN, 1],
  ] as const) {
    t.throws(() => scaleTo(gradient(4, 4), width, height), { instanceOf: BadArgumentError });
  }
});
