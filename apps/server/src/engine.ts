import { optimizeLate } from '@p2pimg/settings/engine';
import { collectWhenDoubled } from './old-generation.ts';
import { boundYoungGeneration } from './young-generation.ts';

/** Sets V8 up for a program that serves many small requests. */
export function tuneEngine(): void {
  boundYoungGeneration();
  optimizeLate();
  collectWhenDoubled();
}
