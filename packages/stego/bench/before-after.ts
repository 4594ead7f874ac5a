/* Draws docs/before-after.png: pictures before and after, over white, and what changed, amplified. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { compileCover, embed, type Profile, type Raster, render } from '../src/index.ts';
import { composite, white } from '../src/quality/composite.ts';
import { key, noise, photograph } from './fixtures.ts';

const gap = 8;
const amplification = 40;

const cat = photograph('cat');
const before = composite(cat, white);
const after = (profile: Profile): Float32Array => {
  const cover = compileCover(cat, { profile, allowVisible: true });
  return composite(render(embed(cover, noise(5000, 6), { key, rows: 'all' })), white);
};
const difference = (shown: Float32Array): Float32Array =>
  shown.map((level, i) => 255 - amplification * Math.abs(level - before[i]!));

const hidden = after('alpha16');
const hidden2 = after('alpha8-k2');
const whole = after('alpha8-k8');
const panels = [
  [before, hidden, hidden2, whole],
  [difference(before), difference(hidden), difference(hidden2), difference(whole)],
];

const { width, height } = cat;
const rows = panels.length;
const columns = panels[0]!.length;
const sheet: Raster = {
  width: columns * width + (columns - 1) * gap,
  height: rows * height + (rows - 1) * gap,
  rgba: new Uint8Array((columns * width + (columns - 1) * gap) * (rows * height + (rows - 1) * gap) * 4).fill(255),
};
for (const [row, line] of panels.entries()) {
  for (const [column, panel] of line.entries()) {
    for (let i = 0; i < width * height; i++) {
      const x = column * (width + gap) + (i % width);
      const y = row * (height + gap) + Math.floor(i / width);
      for (let channel = 0; channel < 3; channel++) {
        sheet.rgba[(y * sheet.width + x) * 4 + channel] = Math.max(
          0,
          Math.min(255, Math.round(panel[i * 3 + channel]!)),
        );
      }
    }
  }
}
const { width: sheetWidth, height: sheetHeight, rgba } = sheet;
await sharp(rgba, { raw: { width: sheetWidth, height: sheetHeight, channels: 4 } })
  .removeAlpha()
  .png({ palette: true, dither: 0.5 })
  .toFile(fileURLToPath(new URL('../docs/before-after.png', import.meta.url)));
