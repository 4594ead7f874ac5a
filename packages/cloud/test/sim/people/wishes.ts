import type { Random } from '@p2pimg/netsim';
import type { Desk, Draft } from './draft.ts';
import { encode, listImages, publish, unpublish } from './pictures.ts';
import { activeUsers, lookup, register, renew, rotateKeys, shutdown, signIn } from './presence.ts';
import { acknowledge, changeView, grants, leaveNotice, releaseView } from './rights.ts';

type Wish = (desk: Desk) => Draft | undefined;

/** What people want, by how often they want it. */
const WISHES: readonly (readonly [number, Wish])[] = [
  [4, encode],
  [5, publish],
  [1, unpublish],
  [2, listImages],
  [2, signIn],
  [1, renew],
  [1, (desk) => (desk.person.presence === 'online' ? shutdown(desk) : undefined)],
  [2, activeUsers],
  [1, lookup],
  [3, changeView],
  [4, releaseView],
  [2, leaveNotice],
  [1, grants],
  [2, acknowledge],
];
const TOTAL: number = WISHES.reduce((sum, [weight]) => sum + weight, 0);

/** Weights beside those above. */
export interface Extra {
  /** How often keys are replaced. */
  readonly rotations: number;
  /** How much more often rights are changed, and pictures looked at. */
  readonly views: number;
}

/**
 * The next thing that this person asks for. Somebody without a number registers first.
 * @param idle nothing else is open
 */
export function nextWish(desk: Omit<Desk, 'clientId'>, extra: Extra, idle: boolean): Draft {
  const { clientId } = desk.person;
  if (clientId === undefined) return register(desk);
  const full: Desk = { ...desk, clientId };
  if (desk.person.drips) return encode(full);
  for (let tries = 0; tries < 4; tries++) {
    const wish = randomWish(full.random, extra);
    const draft = wish !== rotateKeys || idle ? wish(full) : undefined;
    if (draft !== undefined) return draft;
  }
  return encode(full);
}

function randomWish(random: Random, { rotations, views }: Extra): Wish {
  let draw = random.float() * (TOTAL + rotations + 2 * views) - 2 * views;
  if (draw < -views) return changeView;
  if (draw < 0) return releaseView;
  for (const [weight, wish] of WISHES) {
    draw -= weight;
    if (draw < 0) return wish;
  }
  return rotateKeys;
}
