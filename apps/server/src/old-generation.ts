import { setFlagsFromString } from 'node:v8';

/**
 * By how much a heap may grow over what the last collection of all of it has left, in percent, before it is collected again; memory outside that
 * belongs to it counts. V8 itself takes 10 to 300, by which it expects to spend 3 % of the time: 10 in a server, in which little of what is
 * worked on stays, so that nearly the same heap was marked each second (docs/decisions/0808).
 */
const GROWTH_PERCENT = 100;

/** From now on, in all threads. */
export function collectWhenDoubled(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
