import { randomFillSync } from 'node:crypto';

/** The smallest PNG that there is: one pixel. */
const PIXEL: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** A file that begins like a PNG and does not compress: no two are alike, so that an answer cannot be another's. */
export function freshPicture(bytes: number): Uint8Array {
  const file = new Uint8Array(bytes);
  randomFillSync(file);
  file.set(PIXEL);
  return file;
}
