import { setFlagsFromString } from 'node:v8';

/**
 * Calls of a function after which V8 has it compiled by its last and slowest compiler; V8's own is 3,000. What servers and clients do for a
 * request is flat: hundreds of functions of a microsecond each. The last compiler takes milliseconds for one of them, and makes it little faster
 * than the one before it has (docs/decisions/0806, 0808).
 */
const CALLS = 100_000;

/** From now on, in all threads. For the program itself to call: a library has no say in it. */
export function optimizeLate(): void {
  setFlagsFromString(`--invocation-count-for-turbofan=${CALLS}`);
}
