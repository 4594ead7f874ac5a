/**
 * Arithmetic of allowed views. `allowed` is absolute and cumulative: all views ever given under a grant. `used` counts all views
 * ever spent. What is left is the difference, never below zero; a revoked grant has `allowed` 0.
 */

import { MAX_VIEWS } from '@p2pimg/wire';
import { RightsError } from './errors.ts';

const MAX_U32 = 0xffff_ffff;

export interface ViewCounts {
  /** 0 … 2^32 − 1 */
  readonly allowed: number;
  /** 0 … 2^32 − 1 */
  readonly used: number;
}

/** A number of views that is no whole number in its range. */
export class ViewsRangeError extends RightsError {
  override readonly name: string = 'ViewsRangeError';
}

/** The viewer would hold more than 65,535 views. */
export class ViewsLimitError extends RightsError {
  override readonly name: string = 'ViewsLimitError';
}

/** max(0, allowed − used) */
export function viewsLeft({ allowed, used }: ViewCounts): number {
  return Math.max(0, allowed - used);
}

/** max(allowed, used) + k: the viewer can see the picture k more times than now. @throws ViewsRangeError, ViewsLimitError */
export function increaseAllowed(counts: ViewCounts, k: number): number {
  checkCounts(counts);
  checkSurface(k, 1);
  const allowed = Math.max(counts.allowed, counts.used) + k;
  if (allowed - counts.used > MAX_VIEWS || allowed > MAX_U32) {
    throw new ViewsLimitError(`nobody can hold more than ${MAX_VIEWS} views`);
  }
  return allowed;
}

/** max(used, allowed − k): k fewer than now, but not below what has been used. @throws ViewsRangeError */
export function decreaseAllowed(counts: ViewCounts, k: number): number {
  checkCounts(counts);
  checkSurface(k, 1);
  return Math.max(counts.used, counts.allowed - k);
}

/** used + left: exactly so many from now on. @throws ViewsRangeError, ViewsLimitError */
export function allowedToLeave(counts: ViewCounts, left: number): number {
  checkCounts(counts);
  checkSurface(left, 0);
  if (counts.used + left > MAX_U32) throw new ViewsLimitError('the grant has counted as many views as it can');
  return counts.used + left;
}

/** `allowed` of a revoked grant. */
export const REVOKED = 0;

function checkCounts({ allowed, used }: ViewCounts): void {
  for (const count of [allowed, used]) {
    if (!Number.isInteger(count) || count < 0 || count > MAX_U32)
      throw new ViewsRangeError('a counter is out of range');
  }
}

function checkSurface(views: number, least: number): void {
  if (!Number.isInteger(views) || views < least || views > MAX_VIEWS) {
    throw new ViewsRangeError(`views are a whole number from ${least} to ${MAX_VIEWS}`);
  }
}
