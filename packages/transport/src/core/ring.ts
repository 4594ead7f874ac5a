/** Powers of two: a ring's room at first, and the most that is kept when nothing is left in it. */
const INITIAL_CAPACITY = 8;
export const KEPT_CAPACITY = 64;

export function emptyRing<T>(): (T | undefined)[] {
  return new Array<T | undefined>(INITIAL_CAPACITY).fill(undefined);
}
