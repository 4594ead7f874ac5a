import { randomInt } from 'node:crypto';
import type { Random } from '@p2pimg/netsim';

/** The seed of a run: P2PIMG_SEED replays one, else it is fresh. The caller prints it. */
export function seedOf(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment.P2PIMG_SEED;
  if (given === undefined || given === '') return randomInt(2 ** 31);
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new RangeError(`P2PIMG_SEED=${given}: a seed is a whole number`);
  return seed;
}

/** The smallest PNG that there is: one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A picture of so many bytes, most of them random: it must come back as it is, and does not compress. */
export function randomPicture(random: Random, bytes: number): Uint8Array {
  const file = Uint8Array.from({ length: bytes }, () => random.below(256));
  file.set(PIXEL);
  return file;
}
