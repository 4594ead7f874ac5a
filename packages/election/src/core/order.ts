import type { GroupName, ServerId } from './messages.ts';

/** The resolution of a load average; below it all are equally idle. Keeps the priority finite (SPEC E2, N2). */
export const MIN_LOAD = 0.01;
const MAX_LOAD = 1_000_000;
export const MAX_PRIORITY: number = 1 / MIN_LOAD;

/** 1 / load, in [10^−6, 100]. NaN counts as idle. */
export function priorityOf(load: number): number {
  const known = Number.isNaN(load) ? 0 : load;
  return 1 / Math.min(MAX_LOAD, Math.max(MIN_LOAD, known));
}

export function isPriority(value: number): boolean {
  return value > 0 && value <= MAX_PRIORITY;
}

/** What the order of servers looks at. */
export interface Ranked {
  readonly priority: number;
  /** Position by IP, then port, among all members. */
  readonly place: number;
}

/** Negative when `a` comes first: higher priority, then lower IP, then lower port. Total. */
export function compareRanked(a: Ranked, b: Ranked): number {
  return b.priority - a.priority || a.place - b.place;
}

/**
 * Positive when `a` is the later group, 0 when they are the same one. `placeOf` gives a leader's position by address.
 * Of two leaders in one epoch (each side of a partition has made one), the one with the lower address prevails.
 */
export function compareGroups(a: GroupName, b: GroupName, placeOf: (id: ServerId) => number): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.leader !== b.leader) return leaderPlace(b, placeOf) - leaderPlace(a, placeOf);
  return a.revision - b.revision;
}

function leaderPlace(name: GroupName, placeOf: (id: ServerId) => number): number {
  return name.leader === undefined ? Number.MAX_SAFE_INTEGER : placeOf(name.leader);
}
