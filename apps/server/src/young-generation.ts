import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * What this thread's young generation may take before it is kept from growing. V8 lets it grow to 64 MiB: what a server works on
 * lies outside of its heap, so most of that would hold garbage (docs/decisions/0805).
 */
const ENOUGH_BYTES = 16 * 1024 * 1024;

/**
 * Keeps V8 from growing the young generation of the calling thread once it is large enough: it is looked at after each collection, which
 * is when V8 grows it. No hard limit, for V8 has none that a program could set for itself. Ends by itself with the program.
 */
export function boundYoungGeneration(): void {
  let grows = true;
  const look = (): void => {
    const mayGrow = youngBytes() < ENOUGH_BYTES;
    if (mayGrow === grows) return;
    grows = mayGrow;
    // Read at each collection. 2 is V8's own: it shrinks the space of a program that idles, which then has to grow again.
    setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
  };
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
