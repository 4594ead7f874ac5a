import { access } from 'node:fs/promises';
import test from 'ava';
import { chromium } from 'playwright-core';
import { type CompileOptions, compileCover, embed, render } from '../src/index.ts';
import { composite, white } from '../src/quality/composite.ts';
import { key, photo, randomBytes } from './support/pictures.ts';

const CHROMIUM = process.env.P2PIMG_CHROMIUM ?? '/usr/bin/chromium';

const variants: readonly CompileOptions[] = [
  {},
  { fidelity: 'grey' },
  { profile: 'alpha8-k2' },
  { profile: 'alpha8-k2', fidelity: 'grey' },
  { profile: 'alpha8-k3', fidelity: { palette: 32 } },
];

test('G3 real Chromium shows the very picture over white, with and without a rights band', async (t) => {
  await t.notThrowsAsync(access(CHROMIUM), 'install chromium, or name it in P2PIMG_CHROMIUM');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const tab = await browser.newPage();
  for (const options of variants) {
    const cover = compileCover(photo(90, 60), options);
    for (const rights of [undefined, randomBytes(4, 512)]) {
      const png = embed(cover, randomBytes(3, 550), { key, ...(rights && { rights }) });
      const { height, rgba } = render(png);
      const samples = JSON.parse(await tab.evaluate<string>(shownPixels(png))) as number[];
      t.true(samples.length >= 90 * height * 3, JSON.stringify(options));
      const expected = composite({ width: 90, height, rgba }, white);
      const worst = expected.reduce((most, level, i) => Math.max(most, Math.abs(level - samples[i]!)), 0);
      t.true(worst <= 2, `${JSON.stringify(options)}: ${worst} levels away`);
    }
  }
});

/** A program for the page, as text: the samples of the picture drawn on white, as JSON. */
function shownPixels(png: Uint8Array): string {
  return `(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${Buffer.from(png).toString('base64')}';
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext('2d');
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return JSON.stringify([...data].filter((_, i) => i % 4 < 3));
  })()`;
}
