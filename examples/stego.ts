// A photograph is hidden in another one, and comes back byte for byte.
// Run: node --conditions=@p2pimg/source examples/stego.ts

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AuthFailedError, capacity, compileCover, cropRows, decodeCover, embed, extract, psnr } from '@p2pimg/stego';

const picture = (name: string): Promise<Buffer> => readFile(new URL(`../tools/demo/assets/${name}`, import.meta.url));

const puppy = await picture('puppy.jpg');
const image = decodeCover(await picture('covers/coffee.jpg'));
const cover = compileCover(image); // once for each cover
console.log(`room for ${capacity(cover.width, cover.height, cover.profile)} bytes, ${puppy.length} needed`);

const key = randomBytes(32);
const png = embed(cover, puppy, { key, mime: 'image/jpeg', name: 'puppy.jpg', fit: 'scale' });
const stego = decodeCover(png);
console.log(`stego image: ${stego.width}×${stego.height}, ${png.length} bytes`);
if (stego.width === image.width) {
  console.log(`over white it differs from the cover by ${psnr(cropRows(image, stego.height), stego).toFixed(1)} dB`);
}

const { payload, mime, name } = extract(png, { key });
console.log(`${name}, ${mime}, the same bytes: ${puppy.equals(payload)}`);

try {
  extract(png, { key: randomBytes(32) });
} catch (error) {
  if (error instanceof AuthFailedError) console.log('another key opens nothing');
}
