import { setFlagsFromString } from 'node:v8';

/**
 * Calls of a function after which V8 has it compiled by its last and slowest compiler; V8's own is 3,000. What servers and clients do for a
 * request is flat: hundreds of functions of a microsecond each. The last compiler takes milliseconds for one of them, and makes it little faster
 * than the one before it has.
 */
const CALLS = 100_000;

/**
 * By how much a heap may grow over what the last collection of all of it has left, in percent, before it is collected again; memory outside that
 * belongs to it counts. V8 itself takes 10 to 300, by which it expects to spend 3 % of the time: 10 where little of what is worked on stays, so
 * that nearly the same heap was marked each second.
 */
const GROWTH_PERCENT = 100;

/**
 * Sets V8 up for a program that serves many small requests, as servers and clients do (docs/decisions/0806, 0808): from now on, in all threads.
 * For the program itself to call; a library has no say in it.
 */
export function tuneEngine(): void {
  setFlagsFromString(`--invocation-count-for-turbofan=${CALLS}`);
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
