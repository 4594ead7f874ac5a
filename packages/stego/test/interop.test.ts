import test from 'ava';
import { decode as decodeFast } from 'fast-png';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { type CompileOptions, compileCover, cropRows, embed, extract, psnr, render, ssim } from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';

const image = photo(90, 60);
const payload = randomBytes(3, 550);
const rights = randomBytes(4, 512);
const variants: readonly CompileOptions[] = [
  {},
  { fidelity: 'grey' },
  { profile: 'alpha8-k1' },
  { profile: 'alpha8-k2' },
  { profile: 'alpha8-k2', fidelity: 'grey' },
  { profile: 'alpha8-k3', fidelity: { palette: 32 } },
];

for (const options of variants) {
  const name = JSON.stringify(options);

  test(`G3 pngjs, sharp and fast-png show the very picture: ${name}`, async (t) => {
    const png = embed(compileCover(image, options), payload, { key, rights });
    const { width, height, rgba } = render(png);
    const eight = rgba instanceof Uint16Array ? Uint8Array.from(rgba, (sample) => sample >> 8) : rgba;
    const shown = Buffer.from(eight);
    const level1 = width * height * 4;
    const { data } = await sharp(png).ensureAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    t.deepEqual(data.subarray(0, level1), shown, 'sharp');
    const scaled = Buffer.from(rgba instanceof Uint16Array ? Uint8Array.from(rgba, (v) => Math.round(v / 257)) : rgba);
    t.deepEqual(PNG.sync.read(Buffer.from(png)).data.subarray(0, level1), scaled, 'pngjs');
    t.is(decodeFast(png, { checkCrc: true }).height, PNG.sync.read(Buffer.from(png)).height);
  });
}

for (const profile of ['alpha8-k1', 'alpha8-k2', 'alpha8-k3'] as const) {
  test(`G1 an 8-bit picture survives being saved again by pngjs and by sharp: ${profile}`, async (t) => {
    const png = embed(compileCover(image, { profile }), payload, { key });
    const again = PNG.sync.write(PNG.sync.read(Buffer.from(png)), { filterType: 2 });
    t.deepEqual(Buffer.from(extract(again, { key }).payload), Buffer.from(payload));
    const optimised = await sharp(png).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
    t.deepEqual(Buffer.from(extract(optimised, { key }).payload), Buffer.from(payload));
  });
}

const backgrounds = [
  [255, 255, 255],
  [128, 128, 128],
  [0, 0, 0],
] as const;

test('G1 the picture changes by less than can be seen', (t) => {
  const least = { alpha16: 50, 'alpha8-k1': 50, 'alpha8-k2': 45, 'alpha8-k3': 38 } as const;
  for (const profile of Object.keys(least) as (keyof typeof least)[]) {
    const shown = render(embed(compileCover(image, { profile }), payload, { key }));
    for (const background of backgrounds) {
      const decibels = psnr(shown, cropRows(image, shown.height), background);
      t.true(decibels >= least[profile], `${profile} over ${background}: ${decibels} dB`);
      t.true(ssim(shown, cropRows(image, shown.height), background) > 0.95);
    }
  }
});

test('G1 near-lossless moves no sample by more than it may', (t) => {
  for (const maxError of [1, 4, 9]) {
    const shown = render(embed(compileCover(image, { fidelity: { maxError } }), payload, { key, rows: 'all' }));
    const samples = Array.from(shown.rgba, (sample) => sample >> 8);
    const moves = samples.map((sample, i) => (i % 4 === 3 ? 0 : Math.abs(sample - image.rgba[i]!)));
    const worst = moves.reduce((most, move) => Math.max(most, move));
    t.true(worst <= maxError, `${worst}`);
  }
});

test('G1 16-bit samples give the cover back whether a program takes the high byte or rounds', (t) => {
  const shown = render(embed(compileCover(image), payload, { key, rows: 'all' }));
  for (let i = 0; i < image.rgba.length; i++) {
    if (i % 4 === 3) continue;
    if (shown.rgba[i]! >> 8 !== image.rgba[i] || Math.round(shown.rgba[i]! / 257) !== image.rgba[i]) {
      t.fail(`sample ${i}`);
    }
  }
  t.pass();
});

test('N6 visible profiles need a flag', (t) => {
  for (const profile of ['alpha8-k4', 'alpha8-k8'] as const) {
    t.throws(() => compileCover(image, { profile }), { code: 'VISIBLE_PROFILE' });
    t.notThrows(() => compileCover(image, { profile, allowVisible: true }));
  }
});
