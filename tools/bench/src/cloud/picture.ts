import { randomFillSync } from 'node:crypto';

/** The smallest PNG that there is: one pixel. */
const PIXEL: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

let noise: Uint8Array<ArrayBuffer> = new Uint8Array();
let made = 0;

/**
 * A file that begins like a PNG and does not compress: no two are alike, so that an answer cannot be another's. Only a number differs from
 * one to the next of this process, because a user's program would not spend time on random bytes.
 */
export function freshPicture(bytes: number): Uint8Array {
  if (noise.length !== bytes) noise = randomFillSync(new Uint8Array(bytes));
  const file = noise.slice();
  file.set(PIXEL);
  new DataView(file.buffer).setUint32(PIXEL.length, ++made);
  return file;
}
