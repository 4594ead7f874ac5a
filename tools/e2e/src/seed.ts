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

/** A file of so many random bytes that begins like a JPEG; nobody in the cloud decodes what it hides. */
export function fill(random: Random, bytes: number): Uint8Array {
  const file = Uint8Array.from({ length: bytes }, () => random.below(256));
  file.set([0xff, 0xd8, 0xff]);
  return file;
}
