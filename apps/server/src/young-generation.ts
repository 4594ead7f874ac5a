import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * What this thread's young generation may take before it is kept from growing. V8 lets it grow to 64 MiB: what a server works on
 * lies outside of its heap, so most of that would hold garbage (docs/decisions/0805).
 */
const ENOUGH_BYTES = 16 * 1024 * 1024;
const LOOK_MS = 200;

/**
 * Keeps V8 from growing the young generation of the calling thread once it is large enough, as far as looking now and then can. It is no
 * hard limit: V8 has none that a program could set for itself. Ends by itself with the program.
 */
export function boundYoungGeneration(): void {
  let grows = true;
  setInterval(() => {
    const mayGrow = youngBytes() < ENOUGH_BYTES;
    if (mayGrow === grows) return;
    grows = mayGrow;
    // Read at each collection. 2 is V8's own: it shrinks the space of a program that idles, which then has to grow again.
    setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
  }, LOOK_MS).unref();
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
