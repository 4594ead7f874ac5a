import { BadArgumentError } from './errors.ts';

/**
 * Where the payload lives in a pixel's alpha:
 * - `alpha16`: 16 bits per sample; the low byte of alpha (0xFF00 … 0xFFFF), 8 bits per pixel, less than one visible level;
 * - `alpha8-kN`: 8 bits per sample; the N low bits of alpha. 1, 2 and 3 are invisible, 4 and 8 are not (see `allowVisible`).
 */
export type Profile = 'alpha16' | 'alpha8-k1' | 'alpha8-k2' | 'alpha8-k3' | 'alpha8-k4' | 'alpha8-k8';

export interface ProfileTraits {
  /** Stands in the authenticated data; never reused for another meaning. */
  readonly id: number;
  /** Payload bits per pixel. */
  readonly bits: number;
  /** Bits per sample of the PNG. */
  readonly depth: 8 | 16;
  /** Smallest value of the byte that carries the payload; its low `bits` bits are zero. */
  readonly floor: number;
  readonly visible: boolean;
}

const traits: Readonly<Record<Profile, ProfileTraits>> = {
  alpha16: { id: 0, bits: 8, depth: 16, floor: 0, visible: false },
  'alpha8-k1': { id: 1, bits: 1, depth: 8, floor: 254, visible: false },
  'alpha8-k2': { id: 2, bits: 2, depth: 8, floor: 252, visible: false },
  'alpha8-k3': { id: 3, bits: 3, depth: 8, floor: 248, visible: false },
  'alpha8-k4': { id: 4, bits: 4, depth: 8, floor: 240, visible: true },
  'alpha8-k8': { id: 8, bits: 8, depth: 8, floor: 0, visible: true },
};

export const defaultProfile: Profile = 'alpha16';

/** All profiles, the ones with fewer bits first. */
export const profiles: readonly Profile[] = [
  'alpha16',
  'alpha8-k1',
  'alpha8-k2',
  'alpha8-k3',
  'alpha8-k4',
  'alpha8-k8',
];

/** @throws BadArgumentError for a name that is no profile. */
export function profileTraits(profile: Profile): ProfileTraits {
  if (!Object.hasOwn(traits, profile)) throw new BadArgumentError(`unknown profile ${JSON.stringify(profile)}`);
  return traits[profile];
}
