/**
 * Keeps some 30 MB, lets go of nine times as much that has grown old, and prints how often all of the heap was collected
 * meanwhile: `growing-program.ts [tuned]`.
 */

import { constants, type PerformanceNodeEntry, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tuneEngine } from '../../src/engine.ts';

const ITEMS = 400_000;
const ITEMS_AT_ONCE = 20_000;
/** Turns for which something is kept before it is let go: it has grown old by then. */
const TURNS_KEPT = 10;

if (process.argv[2] === 'tuned') tuneEngine();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const items = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ i, text: [i] }));
const kept = items(ITEMS);
collect();
collect();
await turn();

let collections = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as PerformanceNodeEntry).detail as { readonly kind: number };
    if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
  }
}).observe({ entryTypes: ['gc'] });
const recent: object[][] = [];
for (let made = 0; made < 9 * ITEMS; made += ITEMS_AT_ONCE) {
  recent.push(items(ITEMS_AT_ONCE));
  if (recent.length > TURNS_KEPT) recent.shift();
  await turn();
}
await turn();
console.log(kept.length === ITEMS ? collections : 0);
